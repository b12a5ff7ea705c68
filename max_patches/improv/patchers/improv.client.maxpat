{
	"patcher": {
		"fileversion": 1,
		"appversion": {
			"major": 8,
			"minor": 1,
			"revision": 0,
			"architecture": "x64",
			"modernui": 1
		},
		"classnamespace": "box",
		"rect": [
			60.0,
			80.0,
			1327.0,
			540.0
		],
		"bglocked": 0,
		"openinpresentation": 0,
		"default_fontsize": 12.0,
		"default_fontface": 0,
		"default_fontname": "Arial",
		"gridonopen": 1,
		"gridsize": [
			8.0,
			8.0
		],
		"gridsnaponopen": 1,
		"objectsnaponopen": 1,
		"statusbarvisible": 2,
		"toolbarvisible": 1,
		"boxanimatetime": 200,
		"enablehscroll": 1,
		"enablevscroll": 1,
		"description": "",
		"digest": "",
		"tags": "",
		"style": "",
		"boxes": [
			{
				"box": {
					"id": "obj-1",
					"maxclass": "comment",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						112.0,
						24.0,
						560.0,
						44.0
					],
					"text": "improv.client [player]: a player of Improv Bridge. Made by `python -m max_patches.build`."
				}
			},
			{
				"box": {
					"id": "obj-2",
					"maxclass": "inlet",
					"numinlets": 0,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						24.0,
						24.0,
						32.0,
						22.0
					],
					"comment": "pitch, velocity",
					"index": 1
				}
			},
			{
				"box": {
					"id": "obj-3",
					"maxclass": "inlet",
					"numinlets": 0,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						68.0,
						24.0,
						32.0,
						22.0
					],
					"comment": "set NAME VALUE, get NAME, do ACTION",
					"index": 2
				}
			},
			{
				"box": {
					"id": "obj-4",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						649.0,
						462.0,
						61.0,
						22.0
					],
					"patcher": {
						"fileversion": 1,
						"appversion": {
							"major": 8,
							"minor": 1,
							"revision": 0,
							"architecture": "x64",
							"modernui": 1
						},
						"classnamespace": "box",
						"rect": [
							60.0,
							80.0,
							652.0,
							508.0
						],
						"bglocked": 0,
						"openinpresentation": 0,
						"default_fontsize": 12.0,
						"default_fontface": 0,
						"default_fontname": "Arial",
						"gridonopen": 1,
						"gridsize": [
							8.0,
							8.0
						],
						"gridsnaponopen": 1,
						"objectsnaponopen": 1,
						"statusbarvisible": 2,
						"toolbarvisible": 1,
						"boxanimatetime": 200,
						"enablehscroll": 1,
						"enablevscroll": 1,
						"description": "",
						"digest": "",
						"tags": "",
						"style": "",
						"boxes": [
							{
								"box": {
									"id": "obj-1",
									"maxclass": "comment",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										68.0,
										24.0,
										560.0,
										44.0
									],
									"text": "A bang asks where the song is. The tick goes on where a loop or a click moves the song position."
								}
							},
							{
								"box": {
									"id": "obj-2",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										24.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "bang: where is the song?",
									"index": 1
								}
							},
							{
								"box": {
									"id": "obj-3",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										41.0,
										462.0,
										32.0,
										22.0
									],
									"comment": "tick, song, tempo, playing, meter",
									"index": 1
								}
							},
							{
								"box": {
									"id": "obj-4",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 3,
									"outlettype": [
										"bang",
										"bang",
										"bang"
									],
									"patching_rect": [
										24.0,
										78.0,
										61.0,
										22.0
									],
									"text": "t b b b"
								}
							},
							{
								"box": {
									"id": "obj-5",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 9,
									"outlettype": [
										"int",
										"int",
										"float",
										"float",
										"float",
										"",
										"int",
										"float",
										""
									],
									"patching_rect": [
										24.0,
										110.0,
										126.0,
										22.0
									],
									"text": "transport"
								}
							},
							{
								"box": {
									"id": "obj-6",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										"bang"
									],
									"patching_rect": [
										162.0,
										110.0,
										47.0,
										22.0
									],
									"text": "t b b"
								}
							},
							{
								"box": {
									"id": "obj-7",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 2,
									"outlettype": [
										"float",
										""
									],
									"patching_rect": [
										162.0,
										142.0,
										47.0,
										22.0
									],
									"text": "timer"
								}
							},
							{
								"box": {
									"id": "obj-8",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"float"
									],
									"patching_rect": [
										24.0,
										142.0,
										32.0,
										22.0
									],
									"text": "f"
								}
							},
							{
								"box": {
									"id": "obj-9",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"int"
									],
									"patching_rect": [
										111.0,
										430.0,
										32.0,
										22.0
									],
									"text": "i"
								}
							},
							{
								"box": {
									"id": "obj-10",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"int",
										"int"
									],
									"patching_rect": [
										68.0,
										142.0,
										82.0,
										22.0
									],
									"text": "unpack 4 4"
								}
							},
							{
								"box": {
									"id": "obj-11",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										97.0,
										174.0,
										159.0,
										22.0
									],
									"text": "expr $f1 * $f2 / 125."
								}
							},
							{
								"box": {
									"id": "obj-12",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										24.0,
										238.0,
										110.0,
										22.0
									],
									"text": "expr $f1 - $f2"
								}
							},
							{
								"box": {
									"id": "obj-13",
									"maxclass": "newobj",
									"numinlets": 4,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										48.0,
										302.0,
										572.0,
										22.0
									],
									"text": "expr ($f1 >= 0.) && ($f1 - $f2 <= 60.) && (($f1 - $f2 >= -60.) || !($i3 && $i4))"
								}
							},
							{
								"box": {
									"id": "obj-14",
									"maxclass": "newobj",
									"numinlets": 6,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										48.0,
										334.0,
										488.0,
										22.0
									],
									"text": "expr $f2 + $i3 * ($i4 || $i5) * $f1 + (1 - $i3) * ($i4 && $i5) * $f6"
								}
							},
							{
								"box": {
									"id": "obj-15",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"float"
									],
									"patching_rect": [
										24.0,
										206.0,
										32.0,
										22.0
									],
									"text": "f"
								}
							},
							{
								"box": {
									"id": "obj-16",
									"maxclass": "newobj",
									"numinlets": 6,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										41.0,
										398.0,
										145.0,
										22.0
									],
									"text": "pack 0 0 120. 0 4 4"
								}
							},
							{
								"box": {
									"id": "obj-17",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 3,
									"outlettype": [
										"float",
										"float",
										"float"
									],
									"patching_rect": [
										24.0,
										174.0,
										61.0,
										22.0
									],
									"text": "t f f f"
								}
							},
							{
								"box": {
									"id": "obj-18",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"float",
										"float"
									],
									"patching_rect": [
										24.0,
										270.0,
										47.0,
										22.0
									],
									"text": "t f f"
								}
							},
							{
								"box": {
									"id": "obj-19",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 3,
									"outlettype": [
										"float",
										"bang",
										"float"
									],
									"patching_rect": [
										48.0,
										366.0,
										61.0,
										22.0
									],
									"text": "t f b f"
								}
							},
							{
								"box": {
									"id": "obj-20",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										"bang"
									],
									"patching_rect": [
										198.0,
										398.0,
										47.0,
										22.0
									],
									"text": "t b b"
								}
							}
						],
						"lines": [
							{
								"patchline": {
									"destination": [
										"obj-4",
										0
									],
									"source": [
										"obj-2",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-5",
										0
									],
									"source": [
										"obj-4",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-8",
										1
									],
									"source": [
										"obj-5",
										7
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-9",
										1
									],
									"source": [
										"obj-5",
										6
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										2
									],
									"source": [
										"obj-5",
										6
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-14",
										3
									],
									"source": [
										"obj-5",
										6
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										3
									],
									"source": [
										"obj-5",
										6
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-11",
										1
									],
									"source": [
										"obj-5",
										4
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										2
									],
									"source": [
										"obj-5",
										4
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-10",
										0
									],
									"source": [
										"obj-5",
										5
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										4
									],
									"source": [
										"obj-10",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										5
									],
									"source": [
										"obj-10",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-6",
										0
									],
									"source": [
										"obj-4",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-7",
										1
									],
									"source": [
										"obj-6",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-7",
										0
									],
									"source": [
										"obj-6",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-11",
										0
									],
									"source": [
										"obj-7",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										1
									],
									"source": [
										"obj-11",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-14",
										5
									],
									"source": [
										"obj-11",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-8",
										0
									],
									"source": [
										"obj-4",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-17",
										0
									],
									"source": [
										"obj-8",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-15",
										1
									],
									"source": [
										"obj-17",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										1
									],
									"source": [
										"obj-17",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-12",
										0
									],
									"source": [
										"obj-17",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-18",
										0
									],
									"source": [
										"obj-12",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-18",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-14",
										2
									],
									"source": [
										"obj-13",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-14",
										0
									],
									"source": [
										"obj-18",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-19",
										0
									],
									"source": [
										"obj-14",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-14",
										1
									],
									"source": [
										"obj-19",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-20",
										0
									],
									"source": [
										"obj-19",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-15",
										0
									],
									"source": [
										"obj-20",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-12",
										1
									],
									"source": [
										"obj-15",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-9",
										0
									],
									"source": [
										"obj-20",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										3
									],
									"source": [
										"obj-9",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-14",
										4
									],
									"source": [
										"obj-9",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										0
									],
									"source": [
										"obj-19",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-3",
										0
									],
									"source": [
										"obj-16",
										0
									]
								}
							}
						]
					},
					"saved_object_attributes": {
						"description": "",
						"digest": "",
						"globalpatchername": "",
						"tags": ""
					},
					"text": "p clock"
				}
			},
			{
				"box": {
					"id": "obj-5",
					"maxclass": "newobj",
					"numinlets": 3,
					"numoutlets": 9,
					"outlettype": [
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						735.0,
						238.0,
						126.0,
						22.0
					],
					"patcher": {
						"fileversion": 1,
						"appversion": {
							"major": 8,
							"minor": 1,
							"revision": 0,
							"architecture": "x64",
							"modernui": 1
						},
						"classnamespace": "box",
						"rect": [
							60.0,
							80.0,
							1167.0,
							806.0
						],
						"bglocked": 0,
						"openinpresentation": 0,
						"default_fontsize": 12.0,
						"default_fontface": 0,
						"default_fontname": "Arial",
						"gridonopen": 1,
						"gridsize": [
							8.0,
							8.0
						],
						"gridsnaponopen": 1,
						"objectsnaponopen": 1,
						"statusbarvisible": 2,
						"toolbarvisible": 1,
						"boxanimatetime": 200,
						"enablehscroll": 1,
						"enablevscroll": 1,
						"description": "",
						"digest": "",
						"tags": "",
						"style": "",
						"boxes": [
							{
								"box": {
									"id": "obj-1",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										24.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "to the engine",
									"index": 1
								}
							},
							{
								"box": {
									"id": "obj-2",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										68.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "player and port",
									"index": 2
								}
							},
							{
								"box": {
									"id": "obj-3",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										112.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "bang: begin",
									"index": 3
								}
							},
							{
								"box": {
									"id": "obj-4",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										260.0,
										696.0,
										68.0,
										22.0
									],
									"text": "gate 1 1"
								}
							},
							{
								"box": {
									"id": "obj-5",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 3,
									"outlettype": [
										"",
										"int",
										"int"
									],
									"patching_rect": [
										359.0,
										184.0,
										54.0,
										22.0
									],
									"text": "change"
								}
							},
							{
								"box": {
									"id": "obj-6",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"bang"
									],
									"patching_rect": [
										448.0,
										88.0,
										82.0,
										22.0
									],
									"text": "delay 3000"
								}
							},
							{
								"box": {
									"id": "obj-7",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 2,
									"outlettype": [
										"",
										""
									],
									"patching_rect": [
										261.0,
										632.0,
										54.0,
										22.0
									],
									"text": "zl reg"
								}
							},
							{
								"box": {
									"id": "obj-8",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 2,
									"outlettype": [
										"",
										""
									],
									"patching_rect": [
										192.0,
										312.0,
										54.0,
										22.0
									],
									"text": "zl reg"
								}
							},
							{
								"box": {
									"id": "obj-9",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										352.0,
										280.0,
										40.0,
										22.0
									],
									"text": "gate"
								}
							},
							{
								"box": {
									"id": "obj-10",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"int"
									],
									"patching_rect": [
										231.0,
										408.0,
										32.0,
										22.0
									],
									"text": "i"
								}
							},
							{
								"box": {
									"id": "obj-11",
									"maxclass": "message",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										179.0,
										440.0,
										61.0,
										22.0
									],
									"text": "port $1"
								}
							},
							{
								"box": {
									"id": "obj-12",
									"maxclass": "newobj",
									"numinlets": 3,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										336.0,
										248.0,
										229.0,
										22.0
									],
									"text": "expr ($i1 == $i2) && ($i3 != 1)"
								}
							},
							{
								"box": {
									"id": "obj-13",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"bang"
									],
									"patching_rect": [
										335.0,
										344.0,
										82.0,
										22.0
									],
									"text": "delay 4500"
								}
							},
							{
								"box": {
									"id": "obj-14",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										463.0,
										280.0,
										40.0,
										22.0
									],
									"text": "gate"
								}
							},
							{
								"box": {
									"id": "obj-15",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"int"
									],
									"patching_rect": [
										295.0,
										312.0,
										32.0,
										22.0
									],
									"text": "i"
								}
							},
							{
								"box": {
									"id": "obj-16",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										300.0,
										280.0,
										40.0,
										22.0
									],
									"text": "gate"
								}
							},
							{
								"box": {
									"id": "obj-17",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										260.0,
										728.0,
										166.0,
										22.0
									],
									"text": "udpsend 127.0.0.1 9100"
								}
							},
							{
								"box": {
									"id": "obj-18",
									"maxclass": "message",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										261.0,
										664.0,
										208.0,
										22.0
									],
									"text": "/improv/hello 1 $1 player $2"
								}
							},
							{
								"box": {
									"id": "obj-19",
									"maxclass": "message",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										192.0,
										344.0,
										131.0,
										22.0
									],
									"text": "/improv/bye $1 $2"
								}
							},
							{
								"box": {
									"id": "obj-20",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										"bang"
									],
									"patching_rect": [
										156.0,
										24.0,
										68.0,
										22.0
									],
									"text": "freebang"
								}
							},
							{
								"box": {
									"id": "obj-21",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										179.0,
										760.0,
										32.0,
										22.0
									],
									"comment": "cue",
									"index": 1
								}
							},
							{
								"box": {
									"id": "obj-22",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										223.0,
										760.0,
										32.0,
										22.0
									],
									"comment": "silence",
									"index": 2
								}
							},
							{
								"box": {
									"id": "obj-23",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										267.0,
										760.0,
										32.0,
										22.0
									],
									"comment": "chord",
									"index": 3
								}
							},
							{
								"box": {
									"id": "obj-24",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										311.0,
										760.0,
										32.0,
										22.0
									],
									"comment": "state",
									"index": 4
								}
							},
							{
								"box": {
									"id": "obj-25",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										355.0,
										760.0,
										32.0,
										22.0
									],
									"comment": "rest",
									"index": 5
								}
							},
							{
								"box": {
									"id": "obj-26",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										399.0,
										760.0,
										32.0,
										22.0
									],
									"comment": "generation",
									"index": 6
								}
							},
							{
								"box": {
									"id": "obj-27",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										443.0,
										760.0,
										32.0,
										22.0
									],
									"comment": "trouble",
									"index": 7
								}
							},
							{
								"box": {
									"id": "obj-28",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										577.0,
										760.0,
										32.0,
										22.0
									],
									"comment": "bang: say where you are",
									"index": 8
								}
							},
							{
								"box": {
									"id": "obj-29",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										621.0,
										760.0,
										32.0,
										22.0
									],
									"comment": "state of the tie",
									"index": 9
								}
							},
							{
								"box": {
									"id": "obj-30",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 3,
									"outlettype": [
										"bang",
										"bang",
										"bang"
									],
									"patching_rect": [
										280.0,
										120.0,
										61.0,
										22.0
									],
									"text": "t b b b"
								}
							},
							{
								"box": {
									"id": "obj-31",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"bang"
									],
									"patching_rect": [
										169.0,
										88.0,
										82.0,
										22.0
									],
									"text": "metro 2000"
								}
							},
							{
								"box": {
									"id": "obj-32",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										155.0,
										56.0,
										33.0,
										22.0
									],
									"text": "t 1"
								}
							},
							{
								"box": {
									"id": "obj-33",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										429.0,
										344.0,
										110.0,
										22.0
									],
									"text": "s improv-seats"
								}
							},
							{
								"box": {
									"id": "obj-34",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 2,
									"outlettype": [
										"",
										""
									],
									"patching_rect": [
										68.0,
										56.0,
										75.0,
										22.0
									],
									"text": "zl change"
								}
							},
							{
								"box": {
									"id": "obj-35",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 5,
									"outlettype": [
										"bang",
										"",
										"",
										"bang",
										"bang"
									],
									"patching_rect": [
										68.0,
										88.0,
										89.0,
										22.0
									],
									"text": "t b l l b b"
								}
							},
							{
								"box": {
									"id": "obj-36",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"",
										"bang"
									],
									"patching_rect": [
										68.0,
										120.0,
										47.0,
										22.0
									],
									"text": "t 1 b"
								}
							},
							{
								"box": {
									"id": "obj-37",
									"maxclass": "message",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										68.0,
										152.0,
										40.0,
										22.0
									],
									"text": "stop"
								}
							},
							{
								"box": {
									"id": "obj-38",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"int",
										"int"
									],
									"patching_rect": [
										127.0,
										120.0,
										82.0,
										22.0
									],
									"text": "unpack 0 0"
								}
							},
							{
								"box": {
									"id": "obj-39",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"int",
										"int"
									],
									"patching_rect": [
										127.0,
										152.0,
										47.0,
										22.0
									],
									"text": "t i i"
								}
							},
							{
								"box": {
									"id": "obj-40",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										""
									],
									"patching_rect": [
										221.0,
										120.0,
										47.0,
										22.0
									],
									"text": "t b 0"
								}
							},
							{
								"box": {
									"id": "obj-41",
									"maxclass": "newobj",
									"numinlets": 10,
									"numoutlets": 10,
									"outlettype": [
										"",
										"",
										"",
										"",
										"",
										"",
										"",
										"",
										"",
										""
									],
									"patching_rect": [
										179.0,
										504.0,
										964.0,
										22.0
									],
									"text": "route /improv/cue /improv/silence /improv/chord /improv/state /improv/value /improv/plan /improv/welcome /improv/heartbeat /improv/error"
								}
							},
							{
								"box": {
									"id": "obj-42",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										179.0,
										472.0,
										82.0,
										22.0
									],
									"text": "udpreceive"
								}
							},
							{
								"box": {
									"id": "obj-43",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										179.0,
										536.0,
										103.0,
										22.0
									],
									"text": "prepend value"
								}
							},
							{
								"box": {
									"id": "obj-44",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										294.0,
										536.0,
										96.0,
										22.0
									],
									"text": "prepend plan"
								}
							},
							{
								"box": {
									"id": "obj-45",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 3,
									"outlettype": [
										"int",
										"int",
										"int"
									],
									"patching_rect": [
										236.0,
										24.0,
										96.0,
										22.0
									],
									"text": "unpack 0 0 0"
								}
							},
							{
								"box": {
									"id": "obj-46",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"int",
										"bang"
									],
									"patching_rect": [
										236.0,
										56.0,
										47.0,
										22.0
									],
									"text": "t i b"
								}
							},
							{
								"box": {
									"id": "obj-47",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										263.0,
										88.0,
										173.0,
										22.0
									],
									"text": "expr 3 - 2 * ($i1 == 1)"
								}
							},
							{
								"box": {
									"id": "obj-48",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"int",
										"bang"
									],
									"patching_rect": [
										344.0,
										24.0,
										47.0,
										22.0
									],
									"text": "t i b"
								}
							},
							{
								"box": {
									"id": "obj-49",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										"int"
									],
									"patching_rect": [
										402.0,
										536.0,
										68.0,
										22.0
									],
									"text": "unpack 0"
								}
							},
							{
								"box": {
									"id": "obj-50",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"int",
										"int"
									],
									"patching_rect": [
										402.0,
										568.0,
										47.0,
										22.0
									],
									"text": "t i i"
								}
							},
							{
								"box": {
									"id": "obj-51",
									"maxclass": "newobj",
									"numinlets": 4,
									"numoutlets": 4,
									"outlettype": [
										"bang",
										"bang",
										"bang",
										""
									],
									"patching_rect": [
										402.0,
										600.0,
										75.0,
										22.0
									],
									"text": "sel 1 2 3"
								}
							},
							{
								"box": {
									"id": "obj-52",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										""
									],
									"patching_rect": [
										403.0,
										24.0,
										47.0,
										22.0
									],
									"text": "t b 2"
								}
							},
							{
								"box": {
									"id": "obj-53",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										""
									],
									"patching_rect": [
										462.0,
										24.0,
										47.0,
										22.0
									],
									"text": "t b 3"
								}
							},
							{
								"box": {
									"id": "obj-54",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 3,
									"outlettype": [
										"int",
										"int",
										"int"
									],
									"patching_rect": [
										359.0,
										216.0,
										61.0,
										22.0
									],
									"text": "t i i i"
								}
							},
							{
								"box": {
									"id": "obj-55",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"int"
									],
									"patching_rect": [
										448.0,
										120.0,
										32.0,
										22.0
									],
									"text": "i"
								}
							},
							{
								"box": {
									"id": "obj-56",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										577.0,
										248.0,
										103.0,
										22.0
									],
									"text": "expr $i1 == 1"
								}
							},
							{
								"box": {
									"id": "obj-57",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										""
									],
									"patching_rect": [
										577.0,
										280.0,
										47.0,
										22.0
									],
									"text": "sel 1"
								}
							},
							{
								"box": {
									"id": "obj-58",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										448.0,
										152.0,
										257.0,
										22.0
									],
									"text": "expr (($i1 == 1) || ($i1 == 4)) * 4"
								}
							},
							{
								"box": {
									"id": "obj-59",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										""
									],
									"patching_rect": [
										404.0,
										280.0,
										47.0,
										22.0
									],
									"text": "sel 1"
								}
							},
							{
								"box": {
									"id": "obj-60",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 3,
									"outlettype": [
										"bang",
										"",
										""
									],
									"patching_rect": [
										404.0,
										312.0,
										61.0,
										22.0
									],
									"text": "t b 2 0"
								}
							},
							{
								"box": {
									"id": "obj-61",
									"maxclass": "newobj",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										521.0,
										24.0,
										110.0,
										22.0
									],
									"text": "r improv-seats"
								}
							},
							{
								"box": {
									"id": "obj-62",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 4,
									"outlettype": [
										"bang",
										"",
										"bang",
										""
									],
									"patching_rect": [
										335.0,
										376.0,
										75.0,
										22.0
									],
									"text": "t b 0 b 1"
								}
							}
						],
						"lines": [
							{
								"patchline": {
									"destination": [
										"obj-17",
										0
									],
									"source": [
										"obj-4",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-18",
										0
									],
									"source": [
										"obj-7",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-4",
										1
									],
									"source": [
										"obj-18",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-19",
										0
									],
									"source": [
										"obj-8",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-4",
										1
									],
									"source": [
										"obj-19",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-8",
										0
									],
									"source": [
										"obj-20",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-8",
										0
									],
									"source": [
										"obj-9",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-11",
										0
									],
									"source": [
										"obj-10",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										1
									],
									"source": [
										"obj-1",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-4",
										1
									],
									"source": [
										"obj-16",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-32",
										0
									],
									"source": [
										"obj-3",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-31",
										0
									],
									"source": [
										"obj-32",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-30",
										0
									],
									"source": [
										"obj-31",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-7",
										0
									],
									"source": [
										"obj-30",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-28",
										0
									],
									"source": [
										"obj-30",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-14",
										1
									],
									"source": [
										"obj-30",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-15",
										0
									],
									"source": [
										"obj-14",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-33",
										0
									],
									"source": [
										"obj-15",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-34",
										0
									],
									"source": [
										"obj-2",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-35",
										0
									],
									"source": [
										"obj-34",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-9",
										1
									],
									"source": [
										"obj-35",
										4
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-36",
										0
									],
									"source": [
										"obj-35",
										3
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-37",
										0
									],
									"source": [
										"obj-36",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-37",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-4",
										0
									],
									"source": [
										"obj-36",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-7",
										1
									],
									"source": [
										"obj-35",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-8",
										1
									],
									"source": [
										"obj-35",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-38",
										0
									],
									"source": [
										"obj-35",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-39",
										0
									],
									"source": [
										"obj-38",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-10",
										1
									],
									"source": [
										"obj-39",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-12",
										1
									],
									"source": [
										"obj-39",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-15",
										1
									],
									"source": [
										"obj-39",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-11",
										0
									],
									"source": [
										"obj-39",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-40",
										0
									],
									"source": [
										"obj-35",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-5",
										0
									],
									"source": [
										"obj-40",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-7",
										0
									],
									"source": [
										"obj-40",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-42",
										0
									],
									"source": [
										"obj-11",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-41",
										0
									],
									"source": [
										"obj-42",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-21",
										0
									],
									"source": [
										"obj-41",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-22",
										0
									],
									"source": [
										"obj-41",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-23",
										0
									],
									"source": [
										"obj-41",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-24",
										0
									],
									"source": [
										"obj-41",
										3
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-43",
										0
									],
									"source": [
										"obj-41",
										4
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-25",
										0
									],
									"source": [
										"obj-43",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-44",
										0
									],
									"source": [
										"obj-41",
										5
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-25",
										0
									],
									"source": [
										"obj-44",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-45",
										0
									],
									"source": [
										"obj-41",
										6
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-26",
										0
									],
									"source": [
										"obj-45",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-46",
										0
									],
									"source": [
										"obj-45",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-6",
										0
									],
									"source": [
										"obj-46",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-47",
										0
									],
									"source": [
										"obj-46",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-5",
										0
									],
									"source": [
										"obj-47",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-48",
										0
									],
									"source": [
										"obj-41",
										7
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-6",
										0
									],
									"source": [
										"obj-48",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-26",
										0
									],
									"source": [
										"obj-48",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-49",
										0
									],
									"source": [
										"obj-41",
										8
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-50",
										0
									],
									"source": [
										"obj-49",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-27",
										0
									],
									"source": [
										"obj-50",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-51",
										0
									],
									"source": [
										"obj-50",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-7",
										0
									],
									"source": [
										"obj-51",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-52",
										0
									],
									"source": [
										"obj-51",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-5",
										0
									],
									"source": [
										"obj-52",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-6",
										0
									],
									"source": [
										"obj-52",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-53",
										0
									],
									"source": [
										"obj-51",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-5",
										0
									],
									"source": [
										"obj-53",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-6",
										0
									],
									"source": [
										"obj-53",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-54",
										0
									],
									"source": [
										"obj-5",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-55",
										1
									],
									"source": [
										"obj-54",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-12",
										2
									],
									"source": [
										"obj-54",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-56",
										0
									],
									"source": [
										"obj-54",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-9",
										0
									],
									"source": [
										"obj-56",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-14",
										0
									],
									"source": [
										"obj-56",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										0
									],
									"source": [
										"obj-56",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-57",
										0
									],
									"source": [
										"obj-56",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-28",
										0
									],
									"source": [
										"obj-57",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-29",
										0
									],
									"source": [
										"obj-54",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-55",
										0
									],
									"source": [
										"obj-6",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-58",
										0
									],
									"source": [
										"obj-55",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-5",
										0
									],
									"source": [
										"obj-58",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-12",
										0
									],
									"source": [
										"obj-61",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-59",
										0
									],
									"source": [
										"obj-12",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-60",
										0
									],
									"source": [
										"obj-59",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-4",
										0
									],
									"source": [
										"obj-60",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-5",
										0
									],
									"source": [
										"obj-60",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-60",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-62",
										0
									],
									"source": [
										"obj-13",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-4",
										0
									],
									"source": [
										"obj-62",
										3
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-10",
										0
									],
									"source": [
										"obj-62",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-5",
										0
									],
									"source": [
										"obj-62",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-7",
										0
									],
									"source": [
										"obj-62",
										0
									]
								}
							}
						]
					},
					"saved_object_attributes": {
						"description": "",
						"digest": "",
						"globalpatchername": "",
						"tags": ""
					},
					"text": "p engine"
				}
			},
			{
				"box": {
					"id": "obj-6",
					"maxclass": "newobj",
					"numinlets": 7,
					"numoutlets": 7,
					"outlettype": [
						"",
						"",
						"",
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						1038.0,
						430.0,
						98.0,
						22.0
					],
					"patcher": {
						"fileversion": 1,
						"appversion": {
							"major": 8,
							"minor": 1,
							"revision": 0,
							"architecture": "x64",
							"modernui": 1
						},
						"classnamespace": "box",
						"rect": [
							60.0,
							80.0,
							1289.0,
							486.0
						],
						"bglocked": 0,
						"openinpresentation": 0,
						"default_fontsize": 12.0,
						"default_fontface": 0,
						"default_fontname": "Arial",
						"gridonopen": 1,
						"gridsize": [
							8.0,
							8.0
						],
						"gridsnaponopen": 1,
						"objectsnaponopen": 1,
						"statusbarvisible": 2,
						"toolbarvisible": 1,
						"boxanimatetime": 200,
						"enablehscroll": 1,
						"enablevscroll": 1,
						"description": "",
						"digest": "",
						"tags": "",
						"style": "",
						"boxes": [
							{
								"box": {
									"id": "obj-1",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										24.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "cue",
									"index": 1
								}
							},
							{
								"box": {
									"id": "obj-2",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										68.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "silence",
									"index": 2
								}
							},
							{
								"box": {
									"id": "obj-3",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										112.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "generation",
									"index": 3
								}
							},
							{
								"box": {
									"id": "obj-4",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										156.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "the clock's answer",
									"index": 4
								}
							},
							{
								"box": {
									"id": "obj-5",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										200.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "which voices play here",
									"index": 5
								}
							},
							{
								"box": {
									"id": "obj-6",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										244.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "1: ready to play",
									"index": 6
								}
							},
							{
								"box": {
									"id": "obj-7",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										288.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "bang: silence",
									"index": 7
								}
							},
							{
								"box": {
									"id": "obj-8",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										286.0,
										440.0,
										32.0,
										22.0
									],
									"comment": "accompaniment: pitch, velocity",
									"index": 1
								}
							},
							{
								"box": {
									"id": "obj-9",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										415.0,
										440.0,
										32.0,
										22.0
									],
									"comment": "bass: pitch, velocity",
									"index": 2
								}
							},
							{
								"box": {
									"id": "obj-10",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										497.0,
										440.0,
										32.0,
										22.0
									],
									"comment": "response: pitch, velocity",
									"index": 3
								}
							},
							{
								"box": {
									"id": "obj-11",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										591.0,
										440.0,
										32.0,
										22.0
									],
									"comment": "metronome: pitch, velocity",
									"index": 4
								}
							},
							{
								"box": {
									"id": "obj-12",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										635.0,
										440.0,
										32.0,
										22.0
									],
									"comment": "bang: where is the song?",
									"index": 5
								}
							},
							{
								"box": {
									"id": "obj-13",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										679.0,
										440.0,
										32.0,
										22.0
									],
									"comment": "what is played",
									"index": 6
								}
							},
							{
								"box": {
									"id": "obj-14",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										723.0,
										440.0,
										32.0,
										22.0
									],
									"comment": "bang: the generation is another",
									"index": 7
								}
							},
							{
								"box": {
									"id": "obj-15",
									"maxclass": "newobj",
									"numinlets": 5,
									"numoutlets": 3,
									"outlettype": [
										"",
										"",
										""
									],
									"patching_rect": [
										286.0,
										376.0,
										117.0,
										22.0
									],
									"patcher": {
										"fileversion": 1,
										"appversion": {
											"major": 8,
											"minor": 1,
											"revision": 0,
											"architecture": "x64",
											"modernui": 1
										},
										"classnamespace": "box",
										"rect": [
											60.0,
											80.0,
											731.0,
											390.0
										],
										"bglocked": 0,
										"openinpresentation": 0,
										"default_fontsize": 12.0,
										"default_fontface": 0,
										"default_fontname": "Arial",
										"gridonopen": 1,
										"gridsize": [
											8.0,
											8.0
										],
										"gridsnaponopen": 1,
										"objectsnaponopen": 1,
										"statusbarvisible": 2,
										"toolbarvisible": 1,
										"boxanimatetime": 200,
										"enablehscroll": 1,
										"enablevscroll": 1,
										"description": "",
										"digest": "",
										"tags": "",
										"style": "",
										"boxes": [
											{
												"box": {
													"id": "obj-1",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														24.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "tick, ticks, pitch, velocity, generation",
													"index": 1
												}
											},
											{
												"box": {
													"id": "obj-2",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														68.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "the clock's answer",
													"index": 2
												}
											},
											{
												"box": {
													"id": "obj-3",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														112.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "generation",
													"index": 3
												}
											},
											{
												"box": {
													"id": "obj-4",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														156.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "1: ready to play",
													"index": 4
												}
											},
											{
												"box": {
													"id": "obj-5",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														200.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "bang: silence",
													"index": 5
												}
											},
											{
												"box": {
													"id": "obj-6",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														229.0,
														344.0,
														32.0,
														22.0
													],
													"comment": "pitch, velocity",
													"index": 1
												}
											},
											{
												"box": {
													"id": "obj-7",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														273.0,
														344.0,
														32.0,
														22.0
													],
													"comment": "bang: where is the song?",
													"index": 2
												}
											},
											{
												"box": {
													"id": "obj-8",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														317.0,
														344.0,
														32.0,
														22.0
													],
													"comment": "cues taken",
													"index": 3
												}
											},
											{
												"box": {
													"id": "obj-9",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"",
														"bang"
													],
													"patching_rect": [
														24.0,
														56.0,
														47.0,
														22.0
													],
													"text": "t l b"
												}
											},
											{
												"box": {
													"id": "obj-10",
													"maxclass": "newobj",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														59.0,
														152.0,
														40.0,
														22.0
													],
													"text": "gate"
												}
											},
											{
												"box": {
													"id": "obj-11",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"",
														""
													],
													"patching_rect": [
														24.0,
														88.0,
														47.0,
														22.0
													],
													"text": "t l l"
												}
											},
											{
												"box": {
													"id": "obj-12",
													"maxclass": "newobj",
													"numinlets": 9,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														94.0,
														120.0,
														383.0,
														22.0
													],
													"text": "expr ($i5 >= $i6) && $i7 && $i8 && ($f1 > $f9 - 120.)"
												}
											},
											{
												"box": {
													"id": "obj-13",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"int",
														"int",
														"float",
														"int"
													],
													"patching_rect": [
														83.0,
														56.0,
														117.0,
														22.0
													],
													"text": "unpack 0 0 0. 0"
												}
											},
											{
												"box": {
													"id": "obj-14",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"",
														"",
														"",
														""
													],
													"patching_rect": [
														59.0,
														184.0,
														75.0,
														22.0
													],
													"text": "t l l l l"
												}
											},
											{
												"box": {
													"id": "obj-15",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"int",
														"int",
														"int",
														"int"
													],
													"patching_rect": [
														59.0,
														216.0,
														110.0,
														22.0
													],
													"text": "unpack 0 0 0 0"
												}
											},
											{
												"box": {
													"id": "obj-16",
													"maxclass": "newobj",
													"numinlets": 7,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														181.0,
														216.0,
														285.0,
														22.0
													],
													"text": "expr max(0.\\, ($f1 - $f6) * 125. / $f7)"
												}
											},
											{
												"box": {
													"id": "obj-17",
													"maxclass": "newobj",
													"numinlets": 6,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														478.0,
														216.0,
														229.0,
														22.0
													],
													"text": "expr max(1.\\, $f2 * 125. / $f6)"
												}
											},
											{
												"box": {
													"id": "obj-18",
													"maxclass": "newobj",
													"numinlets": 4,
													"numoutlets": 3,
													"outlettype": [
														"int",
														"int",
														"float"
													],
													"patching_rect": [
														246.0,
														248.0,
														110.0,
														22.0
													],
													"text": "pipe 0 0 0. 0."
												}
											},
											{
												"box": {
													"id": "obj-19",
													"maxclass": "newobj",
													"numinlets": 3,
													"numoutlets": 2,
													"outlettype": [
														"float",
														"float"
													],
													"patching_rect": [
														229.0,
														280.0,
														222.0,
														22.0
													],
													"text": "makenote 100 500 @repeatmode 1"
												}
											},
											{
												"box": {
													"id": "obj-20",
													"maxclass": "newobj",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														229.0,
														312.0,
														68.0,
														22.0
													],
													"text": "pack 0 0"
												}
											},
											{
												"box": {
													"id": "obj-21",
													"maxclass": "message",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														212.0,
														88.0,
														40.0,
														22.0
													],
													"text": "stop"
												}
											},
											{
												"box": {
													"id": "obj-22",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"bang",
														"bang"
													],
													"patching_rect": [
														212.0,
														56.0,
														47.0,
														22.0
													],
													"text": "t b b"
												}
											},
											{
												"box": {
													"id": "obj-23",
													"maxclass": "message",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														264.0,
														88.0,
														47.0,
														22.0
													],
													"text": "clear"
												}
											}
										],
										"lines": [
											{
												"patchline": {
													"destination": [
														"obj-9",
														0
													],
													"source": [
														"obj-1",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-7",
														0
													],
													"source": [
														"obj-9",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-11",
														0
													],
													"source": [
														"obj-9",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														0
													],
													"source": [
														"obj-11",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-10",
														0
													],
													"source": [
														"obj-12",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-10",
														1
													],
													"source": [
														"obj-11",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														5
													],
													"source": [
														"obj-3",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														6
													],
													"source": [
														"obj-4",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-13",
														0
													],
													"source": [
														"obj-2",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														7
													],
													"source": [
														"obj-13",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														8
													],
													"source": [
														"obj-13",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														5
													],
													"source": [
														"obj-13",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														6
													],
													"source": [
														"obj-13",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-17",
														5
													],
													"source": [
														"obj-13",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-14",
														0
													],
													"source": [
														"obj-10",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-8",
														0
													],
													"source": [
														"obj-14",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														0
													],
													"source": [
														"obj-14",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-17",
														0
													],
													"source": [
														"obj-14",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-15",
														0
													],
													"source": [
														"obj-14",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														3
													],
													"source": [
														"obj-16",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														2
													],
													"source": [
														"obj-17",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														1
													],
													"source": [
														"obj-15",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														0
													],
													"source": [
														"obj-15",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														2
													],
													"source": [
														"obj-18",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														1
													],
													"source": [
														"obj-18",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														0
													],
													"source": [
														"obj-18",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-20",
														1
													],
													"source": [
														"obj-19",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-20",
														0
													],
													"source": [
														"obj-19",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-6",
														0
													],
													"source": [
														"obj-20",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-22",
														0
													],
													"source": [
														"obj-5",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-23",
														0
													],
													"source": [
														"obj-22",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														0
													],
													"source": [
														"obj-23",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-21",
														0
													],
													"source": [
														"obj-22",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														0
													],
													"source": [
														"obj-21",
														0
													]
												}
											}
										]
									},
									"saved_object_attributes": {
										"description": "",
										"digest": "",
										"globalpatchername": "",
										"tags": ""
									},
									"text": "p accompaniment"
								}
							},
							{
								"box": {
									"id": "obj-16",
									"maxclass": "newobj",
									"numinlets": 5,
									"numoutlets": 3,
									"outlettype": [
										"",
										"",
										""
									],
									"patching_rect": [
										415.0,
										376.0,
										70.0,
										22.0
									],
									"patcher": {
										"fileversion": 1,
										"appversion": {
											"major": 8,
											"minor": 1,
											"revision": 0,
											"architecture": "x64",
											"modernui": 1
										},
										"classnamespace": "box",
										"rect": [
											60.0,
											80.0,
											731.0,
											454.0
										],
										"bglocked": 0,
										"openinpresentation": 0,
										"default_fontsize": 12.0,
										"default_fontface": 0,
										"default_fontname": "Arial",
										"gridonopen": 1,
										"gridsize": [
											8.0,
											8.0
										],
										"gridsnaponopen": 1,
										"objectsnaponopen": 1,
										"statusbarvisible": 2,
										"toolbarvisible": 1,
										"boxanimatetime": 200,
										"enablehscroll": 1,
										"enablevscroll": 1,
										"description": "",
										"digest": "",
										"tags": "",
										"style": "",
										"boxes": [
											{
												"box": {
													"id": "obj-1",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														24.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "tick, ticks, pitch, velocity, generation",
													"index": 1
												}
											},
											{
												"box": {
													"id": "obj-2",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														68.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "the clock's answer",
													"index": 2
												}
											},
											{
												"box": {
													"id": "obj-3",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														112.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "generation",
													"index": 3
												}
											},
											{
												"box": {
													"id": "obj-4",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														156.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "1: ready to play",
													"index": 4
												}
											},
											{
												"box": {
													"id": "obj-5",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														200.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "bang: silence",
													"index": 5
												}
											},
											{
												"box": {
													"id": "obj-6",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														229.0,
														408.0,
														32.0,
														22.0
													],
													"comment": "pitch, velocity",
													"index": 1
												}
											},
											{
												"box": {
													"id": "obj-7",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														273.0,
														408.0,
														32.0,
														22.0
													],
													"comment": "bang: where is the song?",
													"index": 2
												}
											},
											{
												"box": {
													"id": "obj-8",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														317.0,
														408.0,
														32.0,
														22.0
													],
													"comment": "cues taken",
													"index": 3
												}
											},
											{
												"box": {
													"id": "obj-9",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"",
														"bang"
													],
													"patching_rect": [
														24.0,
														56.0,
														47.0,
														22.0
													],
													"text": "t l b"
												}
											},
											{
												"box": {
													"id": "obj-10",
													"maxclass": "newobj",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														59.0,
														152.0,
														40.0,
														22.0
													],
													"text": "gate"
												}
											},
											{
												"box": {
													"id": "obj-11",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"",
														""
													],
													"patching_rect": [
														24.0,
														88.0,
														47.0,
														22.0
													],
													"text": "t l l"
												}
											},
											{
												"box": {
													"id": "obj-12",
													"maxclass": "newobj",
													"numinlets": 9,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														94.0,
														120.0,
														383.0,
														22.0
													],
													"text": "expr ($i5 >= $i6) && $i7 && $i8 && ($f1 > $f9 - 120.)"
												}
											},
											{
												"box": {
													"id": "obj-13",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"int",
														"int",
														"float",
														"int"
													],
													"patching_rect": [
														83.0,
														56.0,
														117.0,
														22.0
													],
													"text": "unpack 0 0 0. 0"
												}
											},
											{
												"box": {
													"id": "obj-14",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"",
														"",
														"",
														""
													],
													"patching_rect": [
														59.0,
														184.0,
														75.0,
														22.0
													],
													"text": "t l l l l"
												}
											},
											{
												"box": {
													"id": "obj-15",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"int",
														"int",
														"int",
														"int"
													],
													"patching_rect": [
														59.0,
														216.0,
														110.0,
														22.0
													],
													"text": "unpack 0 0 0 0"
												}
											},
											{
												"box": {
													"id": "obj-16",
													"maxclass": "newobj",
													"numinlets": 7,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														181.0,
														216.0,
														285.0,
														22.0
													],
													"text": "expr max(0.\\, ($f1 - $f6) * 125. / $f7)"
												}
											},
											{
												"box": {
													"id": "obj-17",
													"maxclass": "newobj",
													"numinlets": 6,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														478.0,
														216.0,
														229.0,
														22.0
													],
													"text": "expr max(1.\\, $f2 * 125. / $f6)"
												}
											},
											{
												"box": {
													"id": "obj-18",
													"maxclass": "newobj",
													"numinlets": 4,
													"numoutlets": 3,
													"outlettype": [
														"int",
														"int",
														"float"
													],
													"patching_rect": [
														232.0,
														248.0,
														110.0,
														22.0
													],
													"text": "pipe 0 0 0. 0."
												}
											},
											{
												"box": {
													"id": "obj-19",
													"maxclass": "newobj",
													"numinlets": 3,
													"numoutlets": 2,
													"outlettype": [
														"float",
														"float"
													],
													"patching_rect": [
														229.0,
														344.0,
														222.0,
														22.0
													],
													"text": "makenote 100 500 @repeatmode 1"
												}
											},
											{
												"box": {
													"id": "obj-20",
													"maxclass": "newobj",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														229.0,
														376.0,
														68.0,
														22.0
													],
													"text": "pack 0 0"
												}
											},
											{
												"box": {
													"id": "obj-21",
													"maxclass": "message",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														222.0,
														312.0,
														40.0,
														22.0
													],
													"text": "stop"
												}
											},
											{
												"box": {
													"id": "obj-22",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"int",
														"bang"
													],
													"patching_rect": [
														232.0,
														280.0,
														47.0,
														22.0
													],
													"text": "t i b"
												}
											},
											{
												"box": {
													"id": "obj-23",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"bang",
														"bang"
													],
													"patching_rect": [
														212.0,
														56.0,
														47.0,
														22.0
													],
													"text": "t b b"
												}
											},
											{
												"box": {
													"id": "obj-24",
													"maxclass": "message",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														212.0,
														88.0,
														47.0,
														22.0
													],
													"text": "clear"
												}
											}
										],
										"lines": [
											{
												"patchline": {
													"destination": [
														"obj-9",
														0
													],
													"source": [
														"obj-1",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-7",
														0
													],
													"source": [
														"obj-9",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-11",
														0
													],
													"source": [
														"obj-9",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														0
													],
													"source": [
														"obj-11",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-10",
														0
													],
													"source": [
														"obj-12",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-10",
														1
													],
													"source": [
														"obj-11",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														5
													],
													"source": [
														"obj-3",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														6
													],
													"source": [
														"obj-4",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-13",
														0
													],
													"source": [
														"obj-2",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														7
													],
													"source": [
														"obj-13",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														8
													],
													"source": [
														"obj-13",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														5
													],
													"source": [
														"obj-13",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														6
													],
													"source": [
														"obj-13",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-17",
														5
													],
													"source": [
														"obj-13",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-14",
														0
													],
													"source": [
														"obj-10",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-8",
														0
													],
													"source": [
														"obj-14",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														0
													],
													"source": [
														"obj-14",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-17",
														0
													],
													"source": [
														"obj-14",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-15",
														0
													],
													"source": [
														"obj-14",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														3
													],
													"source": [
														"obj-16",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														2
													],
													"source": [
														"obj-17",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														1
													],
													"source": [
														"obj-15",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														0
													],
													"source": [
														"obj-15",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														2
													],
													"source": [
														"obj-18",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														1
													],
													"source": [
														"obj-18",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-22",
														0
													],
													"source": [
														"obj-18",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-21",
														0
													],
													"source": [
														"obj-22",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														0
													],
													"source": [
														"obj-22",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-20",
														1
													],
													"source": [
														"obj-19",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-20",
														0
													],
													"source": [
														"obj-19",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-6",
														0
													],
													"source": [
														"obj-20",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-23",
														0
													],
													"source": [
														"obj-5",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-24",
														0
													],
													"source": [
														"obj-23",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														0
													],
													"source": [
														"obj-24",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-21",
														0
													],
													"source": [
														"obj-23",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														0
													],
													"source": [
														"obj-21",
														0
													]
												}
											}
										]
									},
									"saved_object_attributes": {
										"description": "",
										"digest": "",
										"globalpatchername": "",
										"tags": ""
									},
									"text": "p bass"
								}
							},
							{
								"box": {
									"id": "obj-17",
									"maxclass": "newobj",
									"numinlets": 5,
									"numoutlets": 3,
									"outlettype": [
										"",
										"",
										""
									],
									"patching_rect": [
										497.0,
										376.0,
										82.0,
										22.0
									],
									"patcher": {
										"fileversion": 1,
										"appversion": {
											"major": 8,
											"minor": 1,
											"revision": 0,
											"architecture": "x64",
											"modernui": 1
										},
										"classnamespace": "box",
										"rect": [
											60.0,
											80.0,
											731.0,
											390.0
										],
										"bglocked": 0,
										"openinpresentation": 0,
										"default_fontsize": 12.0,
										"default_fontface": 0,
										"default_fontname": "Arial",
										"gridonopen": 1,
										"gridsize": [
											8.0,
											8.0
										],
										"gridsnaponopen": 1,
										"objectsnaponopen": 1,
										"statusbarvisible": 2,
										"toolbarvisible": 1,
										"boxanimatetime": 200,
										"enablehscroll": 1,
										"enablevscroll": 1,
										"description": "",
										"digest": "",
										"tags": "",
										"style": "",
										"boxes": [
											{
												"box": {
													"id": "obj-1",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														24.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "tick, ticks, pitch, velocity, generation",
													"index": 1
												}
											},
											{
												"box": {
													"id": "obj-2",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														68.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "the clock's answer",
													"index": 2
												}
											},
											{
												"box": {
													"id": "obj-3",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														112.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "generation",
													"index": 3
												}
											},
											{
												"box": {
													"id": "obj-4",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														156.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "1: ready to play",
													"index": 4
												}
											},
											{
												"box": {
													"id": "obj-5",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														200.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "bang: silence",
													"index": 5
												}
											},
											{
												"box": {
													"id": "obj-6",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														229.0,
														344.0,
														32.0,
														22.0
													],
													"comment": "pitch, velocity",
													"index": 1
												}
											},
											{
												"box": {
													"id": "obj-7",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														273.0,
														344.0,
														32.0,
														22.0
													],
													"comment": "bang: where is the song?",
													"index": 2
												}
											},
											{
												"box": {
													"id": "obj-8",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														317.0,
														344.0,
														32.0,
														22.0
													],
													"comment": "cues taken",
													"index": 3
												}
											},
											{
												"box": {
													"id": "obj-9",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"",
														"bang"
													],
													"patching_rect": [
														24.0,
														56.0,
														47.0,
														22.0
													],
													"text": "t l b"
												}
											},
											{
												"box": {
													"id": "obj-10",
													"maxclass": "newobj",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														59.0,
														152.0,
														40.0,
														22.0
													],
													"text": "gate"
												}
											},
											{
												"box": {
													"id": "obj-11",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"",
														""
													],
													"patching_rect": [
														24.0,
														88.0,
														47.0,
														22.0
													],
													"text": "t l l"
												}
											},
											{
												"box": {
													"id": "obj-12",
													"maxclass": "newobj",
													"numinlets": 9,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														94.0,
														120.0,
														383.0,
														22.0
													],
													"text": "expr ($i5 >= $i6) && $i7 && $i8 && ($f1 > $f9 - 120.)"
												}
											},
											{
												"box": {
													"id": "obj-13",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"int",
														"int",
														"float",
														"int"
													],
													"patching_rect": [
														83.0,
														56.0,
														117.0,
														22.0
													],
													"text": "unpack 0 0 0. 0"
												}
											},
											{
												"box": {
													"id": "obj-14",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"",
														"",
														"",
														""
													],
													"patching_rect": [
														59.0,
														184.0,
														75.0,
														22.0
													],
													"text": "t l l l l"
												}
											},
											{
												"box": {
													"id": "obj-15",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"int",
														"int",
														"int",
														"int"
													],
													"patching_rect": [
														59.0,
														216.0,
														110.0,
														22.0
													],
													"text": "unpack 0 0 0 0"
												}
											},
											{
												"box": {
													"id": "obj-16",
													"maxclass": "newobj",
													"numinlets": 7,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														181.0,
														216.0,
														285.0,
														22.0
													],
													"text": "expr max(0.\\, ($f1 - $f6) * 125. / $f7)"
												}
											},
											{
												"box": {
													"id": "obj-17",
													"maxclass": "newobj",
													"numinlets": 6,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														478.0,
														216.0,
														229.0,
														22.0
													],
													"text": "expr max(1.\\, $f2 * 125. / $f6)"
												}
											},
											{
												"box": {
													"id": "obj-18",
													"maxclass": "newobj",
													"numinlets": 4,
													"numoutlets": 3,
													"outlettype": [
														"int",
														"int",
														"float"
													],
													"patching_rect": [
														246.0,
														248.0,
														110.0,
														22.0
													],
													"text": "pipe 0 0 0. 0."
												}
											},
											{
												"box": {
													"id": "obj-19",
													"maxclass": "newobj",
													"numinlets": 3,
													"numoutlets": 2,
													"outlettype": [
														"float",
														"float"
													],
													"patching_rect": [
														229.0,
														280.0,
														222.0,
														22.0
													],
													"text": "makenote 100 500 @repeatmode 1"
												}
											},
											{
												"box": {
													"id": "obj-20",
													"maxclass": "newobj",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														229.0,
														312.0,
														68.0,
														22.0
													],
													"text": "pack 0 0"
												}
											},
											{
												"box": {
													"id": "obj-21",
													"maxclass": "message",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														212.0,
														88.0,
														40.0,
														22.0
													],
													"text": "stop"
												}
											},
											{
												"box": {
													"id": "obj-22",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"bang",
														"bang"
													],
													"patching_rect": [
														212.0,
														56.0,
														47.0,
														22.0
													],
													"text": "t b b"
												}
											},
											{
												"box": {
													"id": "obj-23",
													"maxclass": "message",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														264.0,
														88.0,
														47.0,
														22.0
													],
													"text": "clear"
												}
											}
										],
										"lines": [
											{
												"patchline": {
													"destination": [
														"obj-9",
														0
													],
													"source": [
														"obj-1",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-7",
														0
													],
													"source": [
														"obj-9",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-11",
														0
													],
													"source": [
														"obj-9",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														0
													],
													"source": [
														"obj-11",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-10",
														0
													],
													"source": [
														"obj-12",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-10",
														1
													],
													"source": [
														"obj-11",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														5
													],
													"source": [
														"obj-3",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														6
													],
													"source": [
														"obj-4",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-13",
														0
													],
													"source": [
														"obj-2",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														7
													],
													"source": [
														"obj-13",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														8
													],
													"source": [
														"obj-13",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														5
													],
													"source": [
														"obj-13",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														6
													],
													"source": [
														"obj-13",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-17",
														5
													],
													"source": [
														"obj-13",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-14",
														0
													],
													"source": [
														"obj-10",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-8",
														0
													],
													"source": [
														"obj-14",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														0
													],
													"source": [
														"obj-14",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-17",
														0
													],
													"source": [
														"obj-14",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-15",
														0
													],
													"source": [
														"obj-14",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														3
													],
													"source": [
														"obj-16",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														2
													],
													"source": [
														"obj-17",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														1
													],
													"source": [
														"obj-15",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														0
													],
													"source": [
														"obj-15",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														2
													],
													"source": [
														"obj-18",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														1
													],
													"source": [
														"obj-18",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														0
													],
													"source": [
														"obj-18",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-20",
														1
													],
													"source": [
														"obj-19",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-20",
														0
													],
													"source": [
														"obj-19",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-6",
														0
													],
													"source": [
														"obj-20",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-22",
														0
													],
													"source": [
														"obj-5",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-23",
														0
													],
													"source": [
														"obj-22",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														0
													],
													"source": [
														"obj-23",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-21",
														0
													],
													"source": [
														"obj-22",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														0
													],
													"source": [
														"obj-21",
														0
													]
												}
											}
										]
									},
									"saved_object_attributes": {
										"description": "",
										"digest": "",
										"globalpatchername": "",
										"tags": ""
									},
									"text": "p response"
								}
							},
							{
								"box": {
									"id": "obj-18",
									"maxclass": "newobj",
									"numinlets": 5,
									"numoutlets": 3,
									"outlettype": [
										"",
										"",
										""
									],
									"patching_rect": [
										591.0,
										376.0,
										89.0,
										22.0
									],
									"patcher": {
										"fileversion": 1,
										"appversion": {
											"major": 8,
											"minor": 1,
											"revision": 0,
											"architecture": "x64",
											"modernui": 1
										},
										"classnamespace": "box",
										"rect": [
											60.0,
											80.0,
											731.0,
											390.0
										],
										"bglocked": 0,
										"openinpresentation": 0,
										"default_fontsize": 12.0,
										"default_fontface": 0,
										"default_fontname": "Arial",
										"gridonopen": 1,
										"gridsize": [
											8.0,
											8.0
										],
										"gridsnaponopen": 1,
										"objectsnaponopen": 1,
										"statusbarvisible": 2,
										"toolbarvisible": 1,
										"boxanimatetime": 200,
										"enablehscroll": 1,
										"enablevscroll": 1,
										"description": "",
										"digest": "",
										"tags": "",
										"style": "",
										"boxes": [
											{
												"box": {
													"id": "obj-1",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														24.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "tick, ticks, pitch, velocity, generation",
													"index": 1
												}
											},
											{
												"box": {
													"id": "obj-2",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														68.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "the clock's answer",
													"index": 2
												}
											},
											{
												"box": {
													"id": "obj-3",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														112.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "generation",
													"index": 3
												}
											},
											{
												"box": {
													"id": "obj-4",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														156.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "1: ready to play",
													"index": 4
												}
											},
											{
												"box": {
													"id": "obj-5",
													"maxclass": "inlet",
													"numinlets": 0,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														200.0,
														24.0,
														32.0,
														22.0
													],
													"comment": "bang: silence",
													"index": 5
												}
											},
											{
												"box": {
													"id": "obj-6",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														229.0,
														344.0,
														32.0,
														22.0
													],
													"comment": "pitch, velocity",
													"index": 1
												}
											},
											{
												"box": {
													"id": "obj-7",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														273.0,
														344.0,
														32.0,
														22.0
													],
													"comment": "bang: where is the song?",
													"index": 2
												}
											},
											{
												"box": {
													"id": "obj-8",
													"maxclass": "outlet",
													"numinlets": 1,
													"numoutlets": 0,
													"patching_rect": [
														317.0,
														344.0,
														32.0,
														22.0
													],
													"comment": "cues taken",
													"index": 3
												}
											},
											{
												"box": {
													"id": "obj-9",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"",
														"bang"
													],
													"patching_rect": [
														24.0,
														56.0,
														47.0,
														22.0
													],
													"text": "t l b"
												}
											},
											{
												"box": {
													"id": "obj-10",
													"maxclass": "newobj",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														59.0,
														152.0,
														40.0,
														22.0
													],
													"text": "gate"
												}
											},
											{
												"box": {
													"id": "obj-11",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"",
														""
													],
													"patching_rect": [
														24.0,
														88.0,
														47.0,
														22.0
													],
													"text": "t l l"
												}
											},
											{
												"box": {
													"id": "obj-12",
													"maxclass": "newobj",
													"numinlets": 9,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														94.0,
														120.0,
														383.0,
														22.0
													],
													"text": "expr ($i5 >= $i6) && $i7 && $i8 && ($f1 > $f9 - 120.)"
												}
											},
											{
												"box": {
													"id": "obj-13",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"int",
														"int",
														"float",
														"int"
													],
													"patching_rect": [
														83.0,
														56.0,
														117.0,
														22.0
													],
													"text": "unpack 0 0 0. 0"
												}
											},
											{
												"box": {
													"id": "obj-14",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"",
														"",
														"",
														""
													],
													"patching_rect": [
														59.0,
														184.0,
														75.0,
														22.0
													],
													"text": "t l l l l"
												}
											},
											{
												"box": {
													"id": "obj-15",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 4,
													"outlettype": [
														"int",
														"int",
														"int",
														"int"
													],
													"patching_rect": [
														59.0,
														216.0,
														110.0,
														22.0
													],
													"text": "unpack 0 0 0 0"
												}
											},
											{
												"box": {
													"id": "obj-16",
													"maxclass": "newobj",
													"numinlets": 7,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														181.0,
														216.0,
														285.0,
														22.0
													],
													"text": "expr max(0.\\, ($f1 - $f6) * 125. / $f7)"
												}
											},
											{
												"box": {
													"id": "obj-17",
													"maxclass": "newobj",
													"numinlets": 6,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														478.0,
														216.0,
														229.0,
														22.0
													],
													"text": "expr max(1.\\, $f2 * 125. / $f6)"
												}
											},
											{
												"box": {
													"id": "obj-18",
													"maxclass": "newobj",
													"numinlets": 4,
													"numoutlets": 3,
													"outlettype": [
														"int",
														"int",
														"float"
													],
													"patching_rect": [
														246.0,
														248.0,
														110.0,
														22.0
													],
													"text": "pipe 0 0 0. 0."
												}
											},
											{
												"box": {
													"id": "obj-19",
													"maxclass": "newobj",
													"numinlets": 3,
													"numoutlets": 2,
													"outlettype": [
														"float",
														"float"
													],
													"patching_rect": [
														229.0,
														280.0,
														222.0,
														22.0
													],
													"text": "makenote 100 500 @repeatmode 1"
												}
											},
											{
												"box": {
													"id": "obj-20",
													"maxclass": "newobj",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														229.0,
														312.0,
														68.0,
														22.0
													],
													"text": "pack 0 0"
												}
											},
											{
												"box": {
													"id": "obj-21",
													"maxclass": "message",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														212.0,
														88.0,
														40.0,
														22.0
													],
													"text": "stop"
												}
											},
											{
												"box": {
													"id": "obj-22",
													"maxclass": "newobj",
													"numinlets": 1,
													"numoutlets": 2,
													"outlettype": [
														"bang",
														"bang"
													],
													"patching_rect": [
														212.0,
														56.0,
														47.0,
														22.0
													],
													"text": "t b b"
												}
											},
											{
												"box": {
													"id": "obj-23",
													"maxclass": "message",
													"numinlets": 2,
													"numoutlets": 1,
													"outlettype": [
														""
													],
													"patching_rect": [
														264.0,
														88.0,
														47.0,
														22.0
													],
													"text": "clear"
												}
											}
										],
										"lines": [
											{
												"patchline": {
													"destination": [
														"obj-9",
														0
													],
													"source": [
														"obj-1",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-7",
														0
													],
													"source": [
														"obj-9",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-11",
														0
													],
													"source": [
														"obj-9",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														0
													],
													"source": [
														"obj-11",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-10",
														0
													],
													"source": [
														"obj-12",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-10",
														1
													],
													"source": [
														"obj-11",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														5
													],
													"source": [
														"obj-3",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														6
													],
													"source": [
														"obj-4",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-13",
														0
													],
													"source": [
														"obj-2",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														7
													],
													"source": [
														"obj-13",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-12",
														8
													],
													"source": [
														"obj-13",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														5
													],
													"source": [
														"obj-13",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														6
													],
													"source": [
														"obj-13",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-17",
														5
													],
													"source": [
														"obj-13",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-14",
														0
													],
													"source": [
														"obj-10",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-8",
														0
													],
													"source": [
														"obj-14",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-16",
														0
													],
													"source": [
														"obj-14",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-17",
														0
													],
													"source": [
														"obj-14",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-15",
														0
													],
													"source": [
														"obj-14",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														3
													],
													"source": [
														"obj-16",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														2
													],
													"source": [
														"obj-17",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														1
													],
													"source": [
														"obj-15",
														3
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														0
													],
													"source": [
														"obj-15",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														2
													],
													"source": [
														"obj-18",
														2
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														1
													],
													"source": [
														"obj-18",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														0
													],
													"source": [
														"obj-18",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-20",
														1
													],
													"source": [
														"obj-19",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-20",
														0
													],
													"source": [
														"obj-19",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-6",
														0
													],
													"source": [
														"obj-20",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-22",
														0
													],
													"source": [
														"obj-5",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-23",
														0
													],
													"source": [
														"obj-22",
														1
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-18",
														0
													],
													"source": [
														"obj-23",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-21",
														0
													],
													"source": [
														"obj-22",
														0
													]
												}
											},
											{
												"patchline": {
													"destination": [
														"obj-19",
														0
													],
													"source": [
														"obj-21",
														0
													]
												}
											}
										]
									},
									"saved_object_attributes": {
										"description": "",
										"digest": "",
										"globalpatchername": "",
										"tags": ""
									},
									"text": "p metronome"
								}
							},
							{
								"box": {
									"id": "obj-19",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										"int"
									],
									"patching_rect": [
										378.0,
										184.0,
										33.0,
										22.0
									],
									"text": "t i"
								}
							},
							{
								"box": {
									"id": "obj-20",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 4,
									"outlettype": [
										"bang",
										"bang",
										"bang",
										"bang"
									],
									"patching_rect": [
										451.0,
										312.0,
										75.0,
										22.0
									],
									"text": "t b b b b"
								}
							},
							{
								"box": {
									"id": "obj-21",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										"bang"
									],
									"patching_rect": [
										404.0,
										344.0,
										47.0,
										22.0
									],
									"text": "t b b"
								}
							},
							{
								"box": {
									"id": "obj-22",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										"bang"
									],
									"patching_rect": [
										463.0,
										344.0,
										47.0,
										22.0
									],
									"text": "t b b"
								}
							},
							{
								"box": {
									"id": "obj-23",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										"bang"
									],
									"patching_rect": [
										522.0,
										344.0,
										47.0,
										22.0
									],
									"text": "t b b"
								}
							},
							{
								"box": {
									"id": "obj-24",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										"bang"
									],
									"patching_rect": [
										581.0,
										344.0,
										47.0,
										22.0
									],
									"text": "t b b"
								}
							},
							{
								"box": {
									"id": "obj-25",
									"maxclass": "newobj",
									"numinlets": 5,
									"numoutlets": 5,
									"outlettype": [
										"",
										"",
										"",
										"",
										""
									],
									"patching_rect": [
										24.0,
										56.0,
										313.0,
										22.0
									],
									"text": "route accompaniment bass response metronome"
								}
							},
							{
								"box": {
									"id": "obj-26",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 4,
									"outlettype": [
										"int",
										"int",
										"int",
										"int"
									],
									"patching_rect": [
										467.0,
										56.0,
										75.0,
										22.0
									],
									"text": "t i i i i"
								}
							},
							{
								"box": {
									"id": "obj-27",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										467.0,
										88.0,
										215.0,
										22.0
									],
									"text": "expr ($i1 == 0) || ($i1 == 1)"
								}
							},
							{
								"box": {
									"id": "obj-28",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										246.0,
										120.0,
										68.0,
										22.0
									],
									"text": "gate 1 1"
								}
							},
							{
								"box": {
									"id": "obj-29",
									"maxclass": "message",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										692.0,
										376.0,
										75.0,
										22.0
									],
									"text": "silence 0"
								}
							},
							{
								"box": {
									"id": "obj-30",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										286.0,
										408.0,
										103.0,
										22.0
									],
									"text": "prepend cue 0"
								}
							},
							{
								"box": {
									"id": "obj-31",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										694.0,
										88.0,
										215.0,
										22.0
									],
									"text": "expr ($i1 == 0) || ($i1 == 2)"
								}
							},
							{
								"box": {
									"id": "obj-32",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										408.0,
										120.0,
										68.0,
										22.0
									],
									"text": "gate 1 1"
								}
							},
							{
								"box": {
									"id": "obj-33",
									"maxclass": "message",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										779.0,
										376.0,
										75.0,
										22.0
									],
									"text": "silence 1"
								}
							},
							{
								"box": {
									"id": "obj-34",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										415.0,
										408.0,
										103.0,
										22.0
									],
									"text": "prepend cue 1"
								}
							},
							{
								"box": {
									"id": "obj-35",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										921.0,
										88.0,
										215.0,
										22.0
									],
									"text": "expr ($i1 == 0) || ($i1 == 3)"
								}
							},
							{
								"box": {
									"id": "obj-36",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										488.0,
										120.0,
										68.0,
										22.0
									],
									"text": "gate 1 1"
								}
							},
							{
								"box": {
									"id": "obj-37",
									"maxclass": "message",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										866.0,
										376.0,
										75.0,
										22.0
									],
									"text": "silence 2"
								}
							},
							{
								"box": {
									"id": "obj-38",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										530.0,
										408.0,
										103.0,
										22.0
									],
									"text": "prepend cue 2"
								}
							},
							{
								"box": {
									"id": "obj-39",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										1148.0,
										88.0,
										117.0,
										22.0
									],
									"text": "expr ($i1 == 4)"
								}
							},
							{
								"box": {
									"id": "obj-40",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										586.0,
										120.0,
										68.0,
										22.0
									],
									"text": "gate 1 1"
								}
							},
							{
								"box": {
									"id": "obj-41",
									"maxclass": "message",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										953.0,
										376.0,
										75.0,
										22.0
									],
									"text": "silence 3"
								}
							},
							{
								"box": {
									"id": "obj-42",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										645.0,
										408.0,
										103.0,
										22.0
									],
									"text": "prepend cue 3"
								}
							},
							{
								"box": {
									"id": "obj-43",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"int",
										"int"
									],
									"patching_rect": [
										408.0,
										56.0,
										47.0,
										22.0
									],
									"text": "t i i"
								}
							},
							{
								"box": {
									"id": "obj-44",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										493.0,
										216.0,
										117.0,
										22.0
									],
									"text": "expr $i1 != $i2"
								}
							},
							{
								"box": {
									"id": "obj-45",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										"bang"
									],
									"patching_rect": [
										709.0,
										280.0,
										47.0,
										22.0
									],
									"text": "t b b"
								}
							},
							{
								"box": {
									"id": "obj-46",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										""
									],
									"patching_rect": [
										493.0,
										248.0,
										47.0,
										22.0
									],
									"text": "sel 1"
								}
							},
							{
								"box": {
									"id": "obj-47",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"",
										""
									],
									"patching_rect": [
										349.0,
										56.0,
										47.0,
										22.0
									],
									"text": "t l l"
								}
							},
							{
								"box": {
									"id": "obj-48",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"",
										"int"
									],
									"patching_rect": [
										349.0,
										88.0,
										82.0,
										22.0
									],
									"text": "unpack s 0"
								}
							},
							{
								"box": {
									"id": "obj-49",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"int",
										"int"
									],
									"patching_rect": [
										349.0,
										120.0,
										47.0,
										22.0
									],
									"text": "t i i"
								}
							},
							{
								"box": {
									"id": "obj-50",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										364.0,
										216.0,
										117.0,
										22.0
									],
									"text": "expr $i1 >= $i2"
								}
							},
							{
								"box": {
									"id": "obj-51",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										349.0,
										152.0,
										145.0,
										22.0
									],
									"text": "expr max($i1\\, $i2)"
								}
							},
							{
								"box": {
									"id": "obj-52",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										356.0,
										248.0,
										40.0,
										22.0
									],
									"text": "gate"
								}
							},
							{
								"box": {
									"id": "obj-53",
									"maxclass": "newobj",
									"numinlets": 6,
									"numoutlets": 6,
									"outlettype": [
										"",
										"",
										"",
										"",
										"",
										""
									],
									"patching_rect": [
										356.0,
										280.0,
										341.0,
										22.0
									],
									"text": "route accompaniment bass response metronome all"
								}
							}
						],
						"lines": [
							{
								"patchline": {
									"destination": [
										"obj-25",
										0
									],
									"source": [
										"obj-1",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-26",
										0
									],
									"source": [
										"obj-5",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-20",
										0
									],
									"source": [
										"obj-7",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-27",
										0
									],
									"source": [
										"obj-26",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-28",
										0
									],
									"source": [
										"obj-27",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-28",
										1
									],
									"source": [
										"obj-25",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-15",
										0
									],
									"source": [
										"obj-28",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-15",
										1
									],
									"source": [
										"obj-4",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-15",
										2
									],
									"source": [
										"obj-19",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-15",
										3
									],
									"source": [
										"obj-6",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-21",
										0
									],
									"source": [
										"obj-20",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-15",
										4
									],
									"source": [
										"obj-21",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-29",
										0
									],
									"source": [
										"obj-21",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-29",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-8",
										0
									],
									"source": [
										"obj-15",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-12",
										0
									],
									"source": [
										"obj-15",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-30",
										0
									],
									"source": [
										"obj-15",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-30",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-31",
										0
									],
									"source": [
										"obj-26",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-32",
										0
									],
									"source": [
										"obj-31",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-32",
										1
									],
									"source": [
										"obj-25",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										0
									],
									"source": [
										"obj-32",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										1
									],
									"source": [
										"obj-4",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										2
									],
									"source": [
										"obj-19",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										3
									],
									"source": [
										"obj-6",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-22",
										0
									],
									"source": [
										"obj-20",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										4
									],
									"source": [
										"obj-22",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-33",
										0
									],
									"source": [
										"obj-22",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-33",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-9",
										0
									],
									"source": [
										"obj-16",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-12",
										0
									],
									"source": [
										"obj-16",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-34",
										0
									],
									"source": [
										"obj-16",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-34",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-35",
										0
									],
									"source": [
										"obj-26",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-36",
										0
									],
									"source": [
										"obj-35",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-36",
										1
									],
									"source": [
										"obj-25",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-17",
										0
									],
									"source": [
										"obj-36",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-17",
										1
									],
									"source": [
										"obj-4",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-17",
										2
									],
									"source": [
										"obj-19",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-17",
										3
									],
									"source": [
										"obj-6",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-23",
										0
									],
									"source": [
										"obj-20",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-17",
										4
									],
									"source": [
										"obj-23",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-37",
										0
									],
									"source": [
										"obj-23",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-37",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-10",
										0
									],
									"source": [
										"obj-17",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-12",
										0
									],
									"source": [
										"obj-17",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-38",
										0
									],
									"source": [
										"obj-17",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-38",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-39",
										0
									],
									"source": [
										"obj-26",
										3
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-40",
										0
									],
									"source": [
										"obj-39",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-40",
										1
									],
									"source": [
										"obj-25",
										3
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-18",
										0
									],
									"source": [
										"obj-40",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-18",
										1
									],
									"source": [
										"obj-4",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-18",
										2
									],
									"source": [
										"obj-19",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-18",
										3
									],
									"source": [
										"obj-6",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-24",
										0
									],
									"source": [
										"obj-20",
										3
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-18",
										4
									],
									"source": [
										"obj-24",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-41",
										0
									],
									"source": [
										"obj-24",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-41",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-11",
										0
									],
									"source": [
										"obj-18",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-12",
										0
									],
									"source": [
										"obj-18",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-42",
										0
									],
									"source": [
										"obj-18",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-42",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-43",
										0
									],
									"source": [
										"obj-3",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-44",
										0
									],
									"source": [
										"obj-43",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-44",
										1
									],
									"source": [
										"obj-19",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-46",
										0
									],
									"source": [
										"obj-44",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-45",
										0
									],
									"source": [
										"obj-46",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-20",
										0
									],
									"source": [
										"obj-45",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-14",
										0
									],
									"source": [
										"obj-45",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-19",
										0
									],
									"source": [
										"obj-43",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-47",
										0
									],
									"source": [
										"obj-2",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-48",
										0
									],
									"source": [
										"obj-47",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-49",
										0
									],
									"source": [
										"obj-48",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-50",
										1
									],
									"source": [
										"obj-19",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-51",
										1
									],
									"source": [
										"obj-19",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-50",
										0
									],
									"source": [
										"obj-49",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-52",
										0
									],
									"source": [
										"obj-50",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-51",
										0
									],
									"source": [
										"obj-49",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-19",
										0
									],
									"source": [
										"obj-51",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-52",
										1
									],
									"source": [
										"obj-47",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-53",
										0
									],
									"source": [
										"obj-52",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-21",
										0
									],
									"source": [
										"obj-53",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-22",
										0
									],
									"source": [
										"obj-53",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-23",
										0
									],
									"source": [
										"obj-53",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-24",
										0
									],
									"source": [
										"obj-53",
										3
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-20",
										0
									],
									"source": [
										"obj-53",
										4
									]
								}
							}
						]
					},
					"saved_object_attributes": {
						"description": "",
						"digest": "",
						"globalpatchername": "",
						"tags": ""
					},
					"text": "p band"
				}
			},
			{
				"box": {
					"id": "obj-7",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"bang",
						"bang",
						"bang"
					],
					"patching_rect": [
						813.0,
						78.0,
						61.0,
						22.0
					],
					"text": "t b b b"
				}
			},
			{
				"box": {
					"id": "obj-8",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 4,
					"outlettype": [
						"int",
						"int",
						"int",
						"int"
					],
					"patching_rect": [
						684.0,
						110.0,
						75.0,
						22.0
					],
					"text": "t i i i i"
				}
			},
			{
				"box": {
					"id": "obj-9",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						684.0,
						174.0,
						89.0,
						22.0
					],
					"text": "pack 1 9101"
				}
			},
			{
				"box": {
					"id": "obj-10",
					"maxclass": "outlet",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						1038.0,
						494.0,
						32.0,
						22.0
					],
					"comment": "accompaniment: pitch, velocity",
					"index": 1
				}
			},
			{
				"box": {
					"id": "obj-11",
					"maxclass": "outlet",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						1082.0,
						494.0,
						32.0,
						22.0
					],
					"comment": "bass: pitch, velocity",
					"index": 2
				}
			},
			{
				"box": {
					"id": "obj-12",
					"maxclass": "outlet",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						1126.0,
						494.0,
						32.0,
						22.0
					],
					"comment": "response: pitch, velocity",
					"index": 3
				}
			},
			{
				"box": {
					"id": "obj-13",
					"maxclass": "outlet",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						1170.0,
						494.0,
						32.0,
						22.0
					],
					"comment": "metronome: pitch, velocity",
					"index": 4
				}
			},
			{
				"box": {
					"id": "obj-14",
					"maxclass": "outlet",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						1214.0,
						494.0,
						32.0,
						22.0
					],
					"comment": "what the engine says",
					"index": 5
				}
			},
			{
				"box": {
					"id": "obj-15",
					"maxclass": "outlet",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						1258.0,
						494.0,
						32.0,
						22.0
					],
					"comment": "state: 0 Waiting for the engine, 1 Connected, 2 Slot in use, 3 Wrong version, 4 Engine lost, 5 No Improv with this player",
					"index": 6
				}
			},
			{
				"box": {
					"id": "obj-16",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						735.0,
						270.0,
						103.0,
						22.0
					],
					"text": "prepend chord"
				}
			},
			{
				"box": {
					"id": "obj-17",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						850.0,
						270.0,
						103.0,
						22.0
					],
					"text": "prepend state"
				}
			},
			{
				"box": {
					"id": "obj-18",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						965.0,
						270.0,
						103.0,
						22.0
					],
					"text": "prepend error"
				}
			},
			{
				"box": {
					"id": "obj-19",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						684.0,
						24.0,
						117.0,
						22.0
					],
					"text": "patcherargs 1 1"
				}
			},
			{
				"box": {
					"id": "obj-20",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"int",
						"int"
					],
					"patching_rect": [
						684.0,
						78.0,
						82.0,
						22.0
					],
					"text": "unpack 1 1"
				}
			},
			{
				"box": {
					"id": "obj-21",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						"bang"
					],
					"patching_rect": [
						813.0,
						24.0,
						68.0,
						22.0
					],
					"text": "loadbang"
				}
			},
			{
				"box": {
					"id": "obj-22",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						684.0,
						142.0,
						117.0,
						22.0
					],
					"text": "expr $i1 + 9100"
				}
			},
			{
				"box": {
					"id": "obj-23",
					"maxclass": "newobj",
					"numinlets": 4,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						886.0,
						142.0,
						82.0,
						22.0
					],
					"patcher": {
						"fileversion": 1,
						"appversion": {
							"major": 8,
							"minor": 1,
							"revision": 0,
							"architecture": "x64",
							"modernui": 1
						},
						"classnamespace": "box",
						"rect": [
							60.0,
							80.0,
							485.0,
							390.0
						],
						"bglocked": 0,
						"openinpresentation": 0,
						"default_fontsize": 12.0,
						"default_fontface": 0,
						"default_fontname": "Arial",
						"gridonopen": 1,
						"gridsize": [
							8.0,
							8.0
						],
						"gridsnaponopen": 1,
						"objectsnaponopen": 1,
						"statusbarvisible": 2,
						"toolbarvisible": 1,
						"boxanimatetime": 200,
						"enablehscroll": 1,
						"enablevscroll": 1,
						"description": "",
						"digest": "",
						"tags": "",
						"style": "",
						"boxes": [
							{
								"box": {
									"id": "obj-1",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										24.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "1: run",
									"index": 1
								}
							},
							{
								"box": {
									"id": "obj-2",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										68.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "the clock's answer",
									"index": 2
								}
							},
							{
								"box": {
									"id": "obj-3",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										112.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "bang: say it again",
									"index": 3
								}
							},
							{
								"box": {
									"id": "obj-4",
									"maxclass": "inlet",
									"numinlets": 0,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										156.0,
										24.0,
										32.0,
										22.0
									],
									"comment": "player",
									"index": 4
								}
							},
							{
								"box": {
									"id": "obj-5",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										24.0,
										344.0,
										32.0,
										22.0
									],
									"comment": "bang: where is the song?",
									"index": 1
								}
							},
							{
								"box": {
									"id": "obj-6",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										267.0,
										344.0,
										32.0,
										22.0
									],
									"comment": "to the engine",
									"index": 2
								}
							},
							{
								"box": {
									"id": "obj-7",
									"maxclass": "outlet",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										311.0,
										344.0,
										32.0,
										22.0
									],
									"comment": "1 or 0 as the transport starts or stops",
									"index": 3
								}
							},
							{
								"box": {
									"id": "obj-8",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"bang"
									],
									"patching_rect": [
										24.0,
										56.0,
										68.0,
										22.0
									],
									"text": "metro 25"
								}
							},
							{
								"box": {
									"id": "obj-9",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										"bang"
									],
									"patching_rect": [
										24.0,
										88.0,
										47.0,
										22.0
									],
									"text": "t b b"
								}
							},
							{
								"box": {
									"id": "obj-10",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 2,
									"outlettype": [
										"",
										""
									],
									"patching_rect": [
										46.0,
										120.0,
										54.0,
										22.0
									],
									"text": "zl reg"
								}
							},
							{
								"box": {
									"id": "obj-11",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 2,
									"outlettype": [
										"",
										""
									],
									"patching_rect": [
										79.0,
										152.0,
										75.0,
										22.0
									],
									"text": "zl change"
								}
							},
							{
								"box": {
									"id": "obj-12",
									"maxclass": "message",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										112.0,
										56.0,
										61.0,
										22.0
									],
									"text": "zlclear"
								}
							},
							{
								"box": {
									"id": "obj-13",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 3,
									"outlettype": [
										"",
										"",
										""
									],
									"patching_rect": [
										79.0,
										184.0,
										61.0,
										22.0
									],
									"text": "t l l l"
								}
							},
							{
								"box": {
									"id": "obj-14",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 4,
									"outlettype": [
										"int",
										"int",
										"float",
										"int"
									],
									"patching_rect": [
										79.0,
										216.0,
										117.0,
										22.0
									],
									"text": "unpack 0 0 0. 0"
								}
							},
							{
								"box": {
									"id": "obj-15",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 3,
									"outlettype": [
										"",
										"int",
										"int"
									],
									"patching_rect": [
										79.0,
										248.0,
										54.0,
										22.0
									],
									"text": "change"
								}
							},
							{
								"box": {
									"id": "obj-16",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										267.0,
										216.0,
										194.0,
										22.0
									],
									"text": "prepend /improv/position 1"
								}
							},
							{
								"box": {
									"id": "obj-17",
									"maxclass": "message",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										185.0,
										56.0,
										173.0,
										22.0
									],
									"text": "set /improv/position $1"
								}
							},
							{
								"box": {
									"id": "obj-18",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"bang",
										""
									],
									"patching_rect": [
										208.0,
										216.0,
										47.0,
										22.0
									],
									"text": "t b l"
								}
							},
							{
								"box": {
									"id": "obj-19",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 2,
									"outlettype": [
										"int",
										"int"
									],
									"patching_rect": [
										227.0,
										248.0,
										82.0,
										22.0
									],
									"text": "unpack 0 0"
								}
							},
							{
								"box": {
									"id": "obj-20",
									"maxclass": "newobj",
									"numinlets": 3,
									"numoutlets": 1,
									"outlettype": [
										""
									],
									"patching_rect": [
										204.0,
										280.0,
										82.0,
										22.0
									],
									"text": "pack 1 0 0"
								}
							},
							{
								"box": {
									"id": "obj-21",
									"maxclass": "newobj",
									"numinlets": 2,
									"numoutlets": 1,
									"outlettype": [
										"int"
									],
									"patching_rect": [
										182.0,
										248.0,
										33.0,
										22.0
									],
									"text": "i 1"
								}
							},
							{
								"box": {
									"id": "obj-22",
									"maxclass": "newobj",
									"numinlets": 1,
									"numoutlets": 0,
									"patching_rect": [
										204.0,
										312.0,
										110.0,
										22.0
									],
									"text": "s improv-where"
								}
							}
						],
						"lines": [
							{
								"patchline": {
									"destination": [
										"obj-8",
										0
									],
									"source": [
										"obj-1",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-9",
										0
									],
									"source": [
										"obj-8",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-5",
										0
									],
									"source": [
										"obj-9",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-10",
										0
									],
									"source": [
										"obj-9",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-10",
										1
									],
									"source": [
										"obj-2",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-11",
										0
									],
									"source": [
										"obj-10",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-12",
										0
									],
									"source": [
										"obj-3",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-11",
										0
									],
									"source": [
										"obj-12",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-13",
										0
									],
									"source": [
										"obj-11",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-14",
										0
									],
									"source": [
										"obj-13",
										2
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-15",
										0
									],
									"source": [
										"obj-14",
										3
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-7",
										0
									],
									"source": [
										"obj-15",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-17",
										0
									],
									"source": [
										"obj-4",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										0
									],
									"source": [
										"obj-17",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-16",
										0
									],
									"source": [
										"obj-13",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-6",
										0
									],
									"source": [
										"obj-16",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-21",
										1
									],
									"source": [
										"obj-4",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-18",
										0
									],
									"source": [
										"obj-13",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-19",
										0
									],
									"source": [
										"obj-18",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-20",
										2
									],
									"source": [
										"obj-19",
										1
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-20",
										1
									],
									"source": [
										"obj-19",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-21",
										0
									],
									"source": [
										"obj-18",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-20",
										0
									],
									"source": [
										"obj-21",
										0
									]
								}
							},
							{
								"patchline": {
									"destination": [
										"obj-22",
										0
									],
									"source": [
										"obj-20",
										0
									]
								}
							}
						]
					},
					"saved_object_attributes": {
						"description": "",
						"digest": "",
						"globalpatchername": "",
						"tags": ""
					},
					"text": "p position"
				}
			},
			{
				"box": {
					"id": "obj-24",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						813.0,
						110.0,
						33.0,
						22.0
					],
					"text": "t 1"
				}
			},
			{
				"box": {
					"id": "obj-25",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 2,
					"outlettype": [
						"bang",
						""
					],
					"patching_rect": [
						1256.0,
						174.0,
						47.0,
						22.0
					],
					"text": "sel 0"
				}
			},
			{
				"box": {
					"id": "obj-26",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"bang",
						"",
						"bang"
					],
					"patching_rect": [
						24.0,
						78.0,
						61.0,
						22.0
					],
					"text": "t b l b"
				}
			},
			{
				"box": {
					"id": "obj-27",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"int",
						"int"
					],
					"patching_rect": [
						24.0,
						110.0,
						82.0,
						22.0
					],
					"text": "unpack 0 0"
				}
			},
			{
				"box": {
					"id": "obj-28",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						"int"
					],
					"patching_rect": [
						893.0,
						24.0,
						68.0,
						22.0
					],
					"text": "unpack 0"
				}
			},
			{
				"box": {
					"id": "obj-29",
					"maxclass": "newobj",
					"numinlets": 4,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						424.0,
						174.0,
						96.0,
						22.0
					],
					"text": "pack 1 0 0 0"
				}
			},
			{
				"box": {
					"id": "obj-30",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						"int"
					],
					"patching_rect": [
						354.0,
						142.0,
						33.0,
						22.0
					],
					"text": "i 1"
				}
			},
			{
				"box": {
					"id": "obj-31",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						424.0,
						206.0,
						173.0,
						22.0
					],
					"text": "prepend /improv/note_on"
				}
			},
			{
				"box": {
					"id": "obj-32",
					"maxclass": "newobj",
					"numinlets": 4,
					"numoutlets": 4,
					"outlettype": [
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						97.0,
						78.0,
						124.0,
						22.0
					],
					"text": "route set get do"
				}
			},
			{
				"box": {
					"id": "obj-33",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"int",
						"int",
						"int"
					],
					"patching_rect": [
						813.0,
						142.0,
						61.0,
						22.0
					],
					"text": "t i i i"
				}
			},
			{
				"box": {
					"id": "obj-34",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						609.0,
						206.0,
						159.0,
						22.0
					],
					"text": "prepend /improv/set 1"
				}
			},
			{
				"box": {
					"id": "obj-35",
					"maxclass": "message",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						813.0,
						174.0,
						138.0,
						22.0
					],
					"text": "set /improv/set $1"
				}
			},
			{
				"box": {
					"id": "obj-36",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						780.0,
						206.0,
						159.0,
						22.0
					],
					"text": "prepend /improv/get 1"
				}
			},
			{
				"box": {
					"id": "obj-37",
					"maxclass": "message",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						963.0,
						174.0,
						138.0,
						22.0
					],
					"text": "set /improv/get $1"
				}
			},
			{
				"box": {
					"id": "obj-38",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						951.0,
						206.0,
						152.0,
						22.0
					],
					"text": "prepend /improv/do 1"
				}
			},
			{
				"box": {
					"id": "obj-39",
					"maxclass": "message",
					"numinlets": 2,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						1113.0,
						174.0,
						131.0,
						22.0
					],
					"text": "set /improv/do $1"
				}
			},
			{
				"box": {
					"id": "obj-40",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"int",
						"int"
					],
					"patching_rect": [
						1080.0,
						270.0,
						47.0,
						22.0
					],
					"text": "t i i"
				}
			},
			{
				"box": {
					"id": "obj-41",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						1080.0,
						302.0,
						103.0,
						22.0
					],
					"text": "expr $i1 == 1"
				}
			},
			{
				"box": {
					"id": "obj-42",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"int",
						"int"
					],
					"patching_rect": [
						1080.0,
						334.0,
						54.0,
						22.0
					],
					"text": "change"
				}
			},
			{
				"box": {
					"id": "obj-43",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"int",
						"int"
					],
					"patching_rect": [
						1080.0,
						366.0,
						47.0,
						22.0
					],
					"text": "t i i"
				}
			},
			{
				"box": {
					"id": "obj-44",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 2,
					"outlettype": [
						"bang",
						""
					],
					"patching_rect": [
						1080.0,
						398.0,
						47.0,
						22.0
					],
					"text": "sel 0"
				}
			}
		],
		"lines": [
			{
				"patchline": {
					"destination": [
						"obj-10",
						0
					],
					"source": [
						"obj-6",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-11",
						0
					],
					"source": [
						"obj-6",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-12",
						0
					],
					"source": [
						"obj-6",
						2
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-13",
						0
					],
					"source": [
						"obj-6",
						3
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-4",
						0
					],
					"source": [
						"obj-6",
						4
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-6",
						0
					],
					"source": [
						"obj-5",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-6",
						1
					],
					"source": [
						"obj-5",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-6",
						2
					],
					"source": [
						"obj-5",
						5
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-16",
						0
					],
					"source": [
						"obj-5",
						2
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-14",
						0
					],
					"source": [
						"obj-16",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-17",
						0
					],
					"source": [
						"obj-5",
						3
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-14",
						0
					],
					"source": [
						"obj-17",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-18",
						0
					],
					"source": [
						"obj-5",
						6
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-14",
						0
					],
					"source": [
						"obj-18",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-14",
						0
					],
					"source": [
						"obj-5",
						4
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-7",
						0
					],
					"source": [
						"obj-21",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-5",
						2
					],
					"source": [
						"obj-7",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-20",
						0
					],
					"source": [
						"obj-19",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-22",
						0
					],
					"source": [
						"obj-8",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-9",
						1
					],
					"source": [
						"obj-22",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-8",
						0
					],
					"source": [
						"obj-20",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-9",
						0
					],
					"source": [
						"obj-8",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-5",
						1
					],
					"source": [
						"obj-9",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-24",
						0
					],
					"source": [
						"obj-7",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-23",
						0
					],
					"source": [
						"obj-24",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-23",
						1
					],
					"source": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-23",
						2
					],
					"source": [
						"obj-5",
						7
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-23",
						3
					],
					"source": [
						"obj-8",
						3
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-4",
						0
					],
					"source": [
						"obj-23",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-5",
						0
					],
					"source": [
						"obj-23",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-25",
						0
					],
					"source": [
						"obj-23",
						2
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-6",
						6
					],
					"source": [
						"obj-25",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-6",
						3
					],
					"source": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-26",
						0
					],
					"source": [
						"obj-2",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-4",
						0
					],
					"source": [
						"obj-26",
						2
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-28",
						0
					],
					"source": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-29",
						1
					],
					"source": [
						"obj-28",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-27",
						0
					],
					"source": [
						"obj-26",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-29",
						3
					],
					"source": [
						"obj-27",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-29",
						2
					],
					"source": [
						"obj-27",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-30",
						1
					],
					"source": [
						"obj-8",
						2
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-30",
						0
					],
					"source": [
						"obj-26",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-29",
						0
					],
					"source": [
						"obj-30",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-31",
						0
					],
					"source": [
						"obj-29",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-5",
						0
					],
					"source": [
						"obj-31",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-32",
						0
					],
					"source": [
						"obj-3",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-33",
						0
					],
					"source": [
						"obj-8",
						2
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-35",
						0
					],
					"source": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-34",
						0
					],
					"source": [
						"obj-35",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-34",
						0
					],
					"source": [
						"obj-32",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-5",
						0
					],
					"source": [
						"obj-34",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-37",
						0
					],
					"source": [
						"obj-33",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-36",
						0
					],
					"source": [
						"obj-37",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-36",
						0
					],
					"source": [
						"obj-32",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-5",
						0
					],
					"source": [
						"obj-36",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-39",
						0
					],
					"source": [
						"obj-33",
						2
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-38",
						0
					],
					"source": [
						"obj-39",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-38",
						0
					],
					"source": [
						"obj-32",
						2
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-5",
						0
					],
					"source": [
						"obj-38",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-40",
						0
					],
					"source": [
						"obj-5",
						8
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-41",
						0
					],
					"source": [
						"obj-40",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-42",
						0
					],
					"source": [
						"obj-41",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-43",
						0
					],
					"source": [
						"obj-42",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-6",
						5
					],
					"source": [
						"obj-43",
						1
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-44",
						0
					],
					"source": [
						"obj-43",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-6",
						6
					],
					"source": [
						"obj-44",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-15",
						0
					],
					"source": [
						"obj-40",
						0
					]
				}
			}
		]
	}
}
