import { hashText, mix, Noise, Random } from "./random.js";

const LONGEST_READ = 2_000;

/** What the words of a prompt say about a picture: [what it sets, its value, the words]. */
const VOCABULARY = [
  [
    "time",
    "dusk",
    "dusk sunset evening twilight sundown golden gloaming abend dämmerung crépuscule atardecer 夕 夕焼け",
  ],
  ["time", "dawn", "dawn sunrise morning daybreak early pastel misty morgen aube aurore amanecer 朝 夜明け"],
  ["time", "day", "day noon midday sunny daylight summer bright blue tag jour día 昼"],
  ["time", "night", "night midnight nocturnal dark moonlit moonlight starry nacht nuit noche 夜"],
  ["place", "sea", "sea ocean beach coast shore wave bay island harbor harbour seaside surf meer mer mar 海"],
  ["place", "lake", "lake river pond lagoon fjord reflection water stream see lac lago 湖 川"],
  [
    "place",
    "mountains",
    "mountain alp peak summit cliff canyon volcano himalaya valley berg montagne montaña 山",
  ],
  ["place", "forest", "forest wood pine spruce jungle tree grove taiga wald forêt bosque 森"],
  ["place", "desert", "desert dune sand sahara camel cactus oasis mars wüste désert desierto 砂漠"],
  [
    "place",
    "city",
    "city skyline town street skyscraper cyberpunk downtown tokyo york london paris building stadt ville ciudad 街 都市",
  ],
  [
    "place",
    "meadow",
    "meadow field flower sunflower garden grass hill prairie poppy lavender tulip spring farm wiese fleur flor 花",
  ],
  [
    "place",
    "space",
    "space galaxy planet nebula cosmos universe astronaut saturn jupiter cosmic orbit weltraum espace 宇宙",
  ],
  ["weather", "rain", "rain rainy storm stormy thunder thunderstorm drizzle regen pluie lluvia 雨"],
  ["weather", "snow", "snow snowy winter blizzard frozen ice christmas arctic schnee neige nieve 雪"],
  ["weather", "fog", "fog foggy mist misty haze hazy quiet nebel brume niebla 霧"],
  ["thing", "lighthouse", "lighthouse beacon leuchtturm phare faro 灯台"],
  ["thing", "moon", "moon moonlit moonlight crescent mond lune luna 月"],
  ["thing", "stars", "star starry milky constellation stern étoile estrella 星"],
  ["thing", "aurora", "aurora borealis northern polarlicht オーロラ"],
  ["thing", "boat", "boat ship sail sailboat sailing yacht boot bateau barco 船"],
  ["thing", "birds", "bird seagull gull crow vogel oiseau pájaro 鳥"],
  ["thing", "cabin", "cabin house hut cottage home barn haus maison casa 家"],
  ["thing", "cat", "cat kitten kitty katze chat gato 猫"],
  [
    "hue",
    "red",
    "red poppy tulip strawberry cherry raspberry tomato apple heart blood ruby fire rot rouge rojo 赤",
  ],
  ["hue", "orange", "orange pumpkin peach apricot mango carrot tiger fox amber"],
  ["hue", "yellow", "yellow lemon banana honey gold butter cheese sunflower gelb jaune"],
  ["hue", "green", "green lime mint avocado emerald jade frog tea grün vert verde 緑"],
  ["hue", "blue", "sapphire blueberry azure cobalt indigo whale dolphin sky cold 青"],
  ["hue", "violet", "violet lavender purple grape plum lilac amethyst magic lila"],
  ["hue", "pink", "pink rose blossom flamingo candy bubblegum love sakura cherryblossom"],
  ["hue", "brown", "brown coffee chocolate dog bear wood leather bread"],
  ["hue", "grey", "grey gray silver stone elephant robot metal"],
];

const MEANINGS = new Map();
for (const [field, value, words] of VOCABULARY) {
  for (const word of words.split(" ")) MEANINGS.set(word, [...(MEANINGS.get(word) ?? []), [field, value]]);
}

const NUMBERS = new Map([
  ["two", 2],
  ["2", 2],
  ["twin", 2],
  ["double", 2],
  ["three", 3],
  ["3", 3],
]);

/** Reads a prompt as a scene. The same prompt and seed always give the same one. */
export function readScene(prompt, seed) {
  const mixed = mix(hashText(prompt) ^ mix(seed + 0x5bd1e995));
  const scene = {
    seed: mixed,
    ...readWords(prompt.slice(0, LONGEST_READ)),
    random: (purpose) => new Random(mixed, purpose),
    noise: (purpose) => new Noise(new Random(mixed, purpose)),
  };
  fillGaps(scene, scene.random("scene"));
  return scene;
}

function readWords(text) {
  const found = {
    time: undefined,
    weather: undefined,
    hue: undefined,
    places: new Set(),
    things: new Set(),
    moons: 1,
  };
  const words =
    text
      .toLowerCase()
      .normalize("NFC")
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  words.forEach((word, i) => {
    for (const [field, value] of meaningsOf(word)) {
      if (field === "place") found.places.add(value);
      else if (field === "thing") found.things.add(value);
      else found[field] ??= value;
      if (value === "moon" && NUMBERS.has(words[i - 1])) found.moons = NUMBERS.get(words[i - 1]);
    }
  });
  return found;
}

function meaningsOf(word) {
  const known = MEANINGS.get(word) ?? MEANINGS.get(singular(word));
  if (known) return known;
  // Scripts without spaces: look for the words inside.
  if (!/[\u3040-\u30ff\u4e00-\u9fff]/.test(word)) return [];
  return [...MEANINGS]
    .filter(([key]) => key.charCodeAt(0) > 0x3000 && word.includes(key))
    .flatMap(([, value]) => value);
}

function singular(word) {
  return word.endsWith("ies") ? `${word.slice(0, -3)}y` : word.replace(/(?<=[sxh])es$|s$/, "");
}

function fillGaps(scene, random) {
  const { places, things } = scene;
  if (things.has("lighthouse") || things.has("boat")) {
    if (!places.has("lake")) places.add("sea");
  }
  if (things.has("aurora")) scene.time ??= "night";
  if (things.has("moon") || things.has("stars")) scene.time ??= random.pick(["night", "night", "dusk"]);
  scene.abstract = places.size === 0 && things.size === 0 && !scene.time && !scene.weather;
  if (places.size === 0) places.add(random.pick(["mountains", "lake", "meadow"]));
  scene.time ??= usualTime(scene, random);
  if (scene.time === "night" && !things.has("aurora")) things.add("moon");
  if (scene.time === "night") things.add("stars");
}

function usualTime({ places, weather }, random) {
  if (places.has("city")) return random.pick(["dusk", "night"]);
  if (places.has("meadow") && !weather) return random.pick(["day", "dusk"]);
  if (weather === "fog") return "dawn";
  if (weather === "snow") return random.pick(["dawn", "day", "dusk"]);
  return random.pick(["dusk", "dawn", "day", "dusk"]);
}
