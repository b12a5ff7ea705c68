"""A LiteRT file as a function of arrays: the one place that opens the runtime. Not for two threads at once."""

from __future__ import annotations

from typing import Any

from bridge.music.errors import ModelError
from bridge.quiet import hushed


class Lite:
    """A network with its weights; it keeps nothing between calls."""

    def __init__(self, content: bytes, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> None:
        """Raises ModelError without the runtime, ValueError or RuntimeError where the content is another network."""
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise ModelError("the runtime of models is missing; install it with: pip install ai-edge-litert") from error
        with hushed():
            self._interpreter = Interpreter(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
        runner = self._interpreter.get_signature_runner()
        ins, outs = runner.get_input_details(), runner.get_output_details()
        if set(ins) != set(inputs) or set(outs) != set(outputs):
            raise ValueError("its inputs or outputs are not those of this version")
        self._in = [ins[name]["index"] for name in inputs]
        self._out = [outs[name]["index"] for name in outputs]

    def __call__(self, *values: Any) -> list[Any]:
        """The outputs, in the order of their names, for the inputs in the order of theirs."""
        for index, value in zip(self._in, values, strict=True):
            self._interpreter.set_tensor(index, value)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._out]
