import { gradient, hex } from "./colour.js";

/** Skies from the zenith to the horizon, the light in them, and the land and water under them. */
const SKIES = {
  dusk: [
    sky(
      "#1a1d4d #3b3179 #7d4190 #cf5a83 #f48b66 #ffd494",
      "#ff9a52",
      "#ff9d7d #5a3a78",
      "#241a38",
      "#16204a",
    ),
    sky(
      "#0e2248 #2b4b82 #766fa8 #d38ba3 #f8b07f #ffe3a8",
      "#ffb25e",
      "#ffb59a #57588f",
      "#1c2238",
      "#12284a",
    ),
    sky(
      "#25103f #5c1c62 #aa3263 #e9594f #fb9545 #ffdb78",
      "#ff8a3a",
      "#ff8f5c #6a2358",
      "#260f2c",
      "#33123f",
    ),
  ],
  dawn: [
    sky(
      "#4d6c9d #8aa0c6 #c5b8d2 #f2c4bf #fddcba #fff2d6",
      "#ffd9a0",
      "#fff0e0 #a9a3c4",
      "#2d3f55",
      "#4a6788",
    ),
    sky(
      "#37597c #6f94ae #a9bcc4 #e3c6b9 #f8d8ae #fff0c8",
      "#ffd48c",
      "#fff3dc #93a5b8",
      "#23403f",
      "#3a6375",
    ),
    sky(
      "#5b5a93 #9384b4 #cfa3c0 #f4b5b5 #ffd0ad #ffebc4",
      "#ffc29a",
      "#ffe6dc #9c8db8",
      "#383452",
      "#5a5d8e",
    ),
  ],
  day: [
    sky("#1b66b3 #3f8fd2 #7dbce6 #b7ddf0 #e6f4f5", "#fff3cf", "#ffffff #a9c0d6", "#23513f", "#0f5f86"),
    sky("#2879a8 #57a5c8 #95cbd9 #cfe6dd #f6f1d9", "#fff0c0", "#fffdf4 #b3c4c9", "#2c5a3c", "#1b6f80"),
  ],
  night: [
    sky("#040818 #091432 #11244e #1d3a68 #37597f", "#c9dcff", "#4a6690 #0d1a38", "#050b18", "#081a38"),
    sky("#080518 #150d38 #291d58 #433577 #6c5896", "#d8d0ff", "#6a5a9c #160f38", "#0a0618", "#150f3c"),
    sky("#020e18 #06202e #0c3543 #184f59 #33706f", "#cdf0ec", "#3f7478 #07202c", "#03100f", "#062a36"),
  ],
  overcast: [
    sky("#28303d #434e5e #687584 #949ea6 #c0c5c5", "#dfe4e6", "#a9b1b8 #38424f", "#1b2228", "#2a3a46"),
    sky("#2d2b3c #4a495e #737188 #a09baa #cbc1c2", "#e6dcd6", "#b3aab4 #3b394b", "#201d2a", "#343649"),
  ],
  wetnight: [
    sky("#0b0d1c #171a36 #2c2a55 #57407a #96609a", "#ffb9d2", "#75538c #1a1a38", "#0c0a18", "#14142e"),
    sky("#07131d #0f2633 #1d4150 #3b6570 #86928a", "#ffd9a6", "#48707a #10222e", "#060d12", "#0c222c"),
  ],
};

function sky(stops, sun, cloud, land, water) {
  const [lit, shade] = cloud.split(" ").map(hex);
  const colours = stops.split(" ").map(hex);
  const at = gradient(colours);
  return {
    at,
    haze: colours.at(-1),
    mist: at(0.64),
    zenith: colours[0],
    sun: hex(sun),
    lit,
    shade,
    land: hex(land),
    water: hex(water),
  };
}

export function chooseSky(scene) {
  const wet = scene.weather === "rain";
  const kind = wet ? (scene.time === "night" || scene.time === "dusk" ? "wetnight" : "overcast") : scene.time;
  return scene.random("palette").pick(SKIES[kind]);
}
