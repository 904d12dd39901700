/** What can be in a picture, and the words for it, mostly English, German, French, Spanish, Italian, Japanese. */
export const WORDS = {
  time: {
    dusk: "dusk sunset sundown twilight evening abend abenddämmerung dämmerung sonnenuntergang crépuscule soir atardecer ocaso tramonto 夕焼け 夕方 夕 黄昏",
    dawn: "dawn sunrise daybreak morning morgen morgens sonnenaufgang aube aurore matin amanecer alba 朝焼け 夜明け 朝",
    day: "day daylight noon midday sunny tag mittag sonnig jour midi ensoleillé día mediodía soleado giorno 昼",
    night: "night midnight nighttime dark moonlit moonlight nacht nachts nuit noche notte noite 夜",
  },
  place: {
    sea: "sea seas ocean beach coast shore wave bay harbor harbour seaside meer küste welle strand hafen mer océan plage mar playa océano mare spiaggia 海",
    lake: "lake river pond lagoon fjord see bergsee fluss lac rivière lago río fiume 湖 川",
    mountains:
      "mountain alp peak summit berg berge bergsee gebirge montagne montaña montagna montanha sierra 山",
    forest:
      "forest wood woods pine spruce tree wald wälder baum bäume forêt arbre bosque árbol foresta floresta 森林 森 木",
    meadow:
      "meadow field flower garden grass hill prairie wiese feld blume hügel pré champ fleur prado campo flor colina prato fiore 草原 花 丘",
    town: "town city skyline street skyscraper downtown village tokyo london paris berlin stadt städte dorf ville rue ciudad pueblo città cidade 都市 東京 街 町 城市",
  },
  thing: {
    lighthouse: "lighthouse beacon leuchtturm phare faro farol 灯台 灯塔",
    boat: "boat ship sail sailboat sailing yacht boot boote schiff schiffe segelboot bateau navire voilier barco velero barca nave 船 舟",
    moon: "moon moonlit moonlight mond mondschein lune luna lua 満月 月",
    sun: "sun sonne soleil sol sole 太陽",
    stars:
      "star starry stern sterne sternenhimmel étoile étoilé estrella estrellado stella stelle milky galaxy constellation 星空 星",
    clouds: "cloud cloudy wolke bewölkt nuage nuageux nube nublado nuvola 雲",
    fog: "fog foggy mist misty haze hazy nebel neblig brume brouillard niebla nebbia 霧",
    sky: "sky himmel ciel cielo céu 空",
  },
  flower: {
    poppies: "poppy mohn mohnblume coquelicot amapola papavero ポピー",
    lavender: "lavender lavendel lavande lavanda violet ラベンダー",
    sunflowers: "sunflower sonnenblume tournesol girasol girasole ひまわり 向日葵",
    roses: "rose blossom cherryblossom sakura tulip tulpe tulipe tulipán 桜",
  },
};

/** Words that name nothing. */
export const FILLERS = [
  "a an the of in on at by with and over under above near from to for into is are there some picture painting photo s",
  "ein eine einen einem einer der die das den dem des im am an auf bei mit und über unter vor zum zur von bild",
  "un une le la l les de d du des au aux en sur sous avec et dans par",
  "e y o el los las una del al con sobre bajo por il lo gli di da nel nella sul sulla em com",
];
