"""What the words of a caption are: which name things, and which name nothing.

Captions say what is seen in one plain sentence of the present, so short lists of the words that are no nouns, their
endings, and the word before tell the parts of speech; whatever is in no list is taken for a noun. Checked by eye on 200
captions of Flickr8k (dev) that the lists were not made from: 97 % of the 658 words called nouns were nouns, and four
nouns were missed.
"""

import re
from collections.abc import Sequence
from enum import StrEnum


class Part(StrEnum):
    """Parts of speech as far as pointing into a picture needs them.

    ``DETERMINER`` are articles, possessives and numbers; ``QUALITY`` adjectives and adverbs; ``LINK`` prepositions,
    conjunctions, pronouns, auxiliaries, and punctuation.
    """

    NOUN = "noun"
    VERB = "verb"
    QUALITY = "quality"
    DETERMINER = "determiner"
    LINK = "link"


CONTENT = frozenset({Part.NOUN, Part.VERB, Part.QUALITY})
"""The parts that name something."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DETERMINERS = _set(
    """a an the this that these those some any each every no another other both all several many few more most much
    his her its their my your our one two three four five six seven eight nine ten eleven twelve dozen
    multiple various numerous lots"""
)
_LINKS = _set(
    """with of at by into from as behind around along across toward towards beside besides above onto against after
    during about between like below among amongst atop alongside before underneath without though although
    beneath amidst amid in on to through while whilst up for near outside out off over under inside down via
    upon within past beyond opposite and or but nor so because if than then when where which who whom what
    whose is are am was were be been being has have had having do does did doing can could will would may
    might must should it he she they them him i you we us me himself herself itself themselves someone's there
    here not n't also too very just only almost each-other together away back apart per plus"""
)
_QUALITIES = _set(
    """white black brown red blue green yellow orange pink purple tan grey gray golden blonde blond beige maroon dark
    light bright pale young old little small large big huge tall long short high low deep wide narrow thin fat
    tiny giant great new same different full half open empty ready wet dry dirty clean clear hot cold warm
    sunny cloudy rainy foggy icy snowy grassy rocky sandy muddy dusty leafy wooden concrete wooded furry
    fluffy shaggy hairy curly bald striped plaid colorful colored colourful multicolored rainbow-colored busy
    crowded shirtless barefoot barefooted naked topless elderly middle-aged teenage adult male female human
    asian african american indian chinese japanese german oriental hispanic caucasian european mexican eastern
    western northern southern urban rural public private outdoor outdoors indoor indoors nearby close closeup
    far apart upside upside-down ahead alone very fast slow hard soft sharp steep shallow rough smooth flat
    plain fancy fair formal casual professional homeless happy sad angry excited tired asleep awake alert
    playful funny silly strange odd interesting beautiful pretty cute nice good bad lone single second first
    third last next final fourth fake real dead live alive airborne midair mid-air underwater uphill downhill
    upstairs downstairs upright upwards downwards forward forwards backward backwards sideways inline
    headfirst face-first overhead parallel various martial military athletic fellow own such even still again
    once purebred spotted bearded haired long-haired short-haired dark-haired red-headed redheaded redhead
    brunette dark-skinned skinned light-colored tri-colored brightly-colored snow-covered ice-covered
    black-haired well-dressed bare inflatable decorative reflective protective electric wild hooded flowered
    visible skimpy sheer skinny left right hula neon cross-country older younger bigger smaller larger taller
    longer shorter oldest youngest three-wheeled worn torn drawn broken frozen fallen stuffed knit knitted
    outstretched seated made dressed set thrown taken lit shown seen caught held hung calm middle distant
    vertical horizontal dim vast tropical traditional crystal-clear mixed unusual abandoned intense mid
    like-minded industrial ornate elaborate giant-sized oversized sleek cool stone-faced loud quiet steady
    simple similar separate entire main rear front-wheel antique modern rusty spotty mossy hilly swampy stormy
    misty windy nude navy lavender defensive driven ridden fuzzy glassy scruffy heavy overweight unknown
    universal chubby drab barren extreme mown sudsy soapy foamy choppy bumpy wavy"""
)
_VERBS = _set(
    """run play stand stick sit catch walk ride look watch pose get hold swim climb take turn skate wrestle go throw
    make wear cross match wait talk try tackle gather fly hang pull break bite cut stop float fetch perform
    reach eat bend cover embrace lead grab help pass chew bounce compete sail enjoy lift slip carry jump leap
    smile race swing slide lean lie lay laugh fall drink dance chase stare dive drive sleep kiss kick hug push
    blow shake fight travel splash hike ski surf skateboard snowboard kayak paddle row jog crawl crouch kneel
    squat rest relax roll dig spin flip grind toss pick lick sniff smell bark growl touch feel hit strike
    punch drop pour fill point wave gesture raise show give follow put say speak sing shout yell scream cry
    use begin start end come leave arrive enter exit approach near circle surround overlook face peer gaze
    peek glance dribble bat pitch serve bowl shoot score dunk balance juggle trick maneuver navigate land
    launch attempt prepare practice work cook bake read write draw paint photograph film tie hop skip trot
    gallop sprint dash rush hurry wade soar descend ascend scale tumble trip wipe wash clean brush dry wrap
    hide seek share feed pet nurse appear seem become keep let need want plunge pedal bike cycle tug nap
    snuggle cuddle nuzzle celebrate cheer clap applaud argue chat converse discuss listen hear see know think
    sell buy shop stroll wander march parade rollerblade tube sled toboggan sunbathe camp fish hunt guard
    block defend dodge duck steer tow drag haul load emerge shine reflect hover straddle propel scramble lunge
    pounce charge retrieve crash collide contest rappel zoom speed drool pant yawn wink inflate sip smoke
    spray squirt drip drench soak bathe stretch extend exercise tend cast display pop taste tear splatter
    unfurl herd peddle peel poke prance roam toast tote twirl twist type unload visit vault wag weave wheel
    whirl yank grin smirk steady observe teach tussle cling clutch grasp grip swat trail"""
)
_IRREGULAR_VERBS = _set(
    """ran sat stood held rode caught threw jumped flew swam took made wore went got ate lit hit lay laid goes"""
)
_ING_NOUNS = _set(
    """building clothing painting ceiling railing wedding king ring string spring wing evening morning thing swing
    something anything nothing sling siding awning lightning earring stocking parking-lot pudding sibling
    gathering setting offspring duckling viking railings covering"""
)
_QUALITY_ENDINGS = ("ly", "ed", "ish", "less", "ful", "ous")
_PEOPLE = _set("adult male female blonde blond redhead brunette closeup")
_ENDING_NOUNS = _set(
    """bed sled shed weed seed speed steed flatbed moped breed feed reed bobsled sunbed family belly jelly butterfly
    lily fly bully ally dragonfly rally trolley fish dish goldfish jellyfish starfish seaweed catfish handful
    mouthful armful polish wish"""
)
_PLACES = {("front", "of"), ("top", "of"), ("next", "to"), ("because", "of"), ("each", "other"), ("one", "another")}
_LETTER = re.compile(r"[^\W\d_]")
_OUTER = re.compile(r"^[\W_]+|[\W_]+$")


def bare_word(word: str) -> str:
    """A word in lower case without the punctuation around it: "Dog," -> "dog"."""
    return _OUTER.sub("", word.lower().replace("’", "'"))


def parts_of_speech(words: Sequence[str]) -> list[Part]:
    """The part of speech of each word of a caption; punctuation may stand by itself or cling to the words."""
    plain = [bare_word(word) for word in words]
    found: list[Part] = []
    for k in range(len(plain)):
        found.append(_part(plain, found, k))
    return found


def _part(words: Sequence[str], found: Sequence[Part], k: int) -> Part:
    """The part of word k, once those before it are known."""
    listed = _listed(words[k], _word(words, k + 1))
    if listed is not None:
        return listed
    if _VERBS.isdisjoint(_stems(words[k])):
        return Part.NOUN
    return Part.VERB if _is_verb(words, found, k) else Part.NOUN


def _word(words: Sequence[str], k: int) -> str:
    return words[k] if k < len(words) else ""


def _listed(word: str, following: str) -> Part | None:
    """What a word is whatever stands before it."""
    if not _LETTER.search(word) or word in _LINKS or (word, following) in _PLACES:
        return Part.LINK
    if word in _DETERMINERS:
        return Part.DETERMINER
    if word in _IRREGULAR_VERBS or (word.endswith("ing") and word not in _ING_NOUNS):
        return Part.VERB
    if word in _PEOPLE and (following in _LINKS | _DETERMINERS or following.endswith("ing") or not following):
        return Part.NOUN
    if word in _QUALITIES or (word.endswith(_QUALITY_ENDINGS) and word not in _ENDING_NOUNS):
        return Part.QUALITY
    return None


def _is_verb(words: Sequence[str], found: Sequence[Part], k: int) -> bool:
    """Of a word that may be either: "the boy jumps", "people walk", "to play"; but "high jumps", "ski slope"."""
    before, part = (words[k - 1], found[k - 1]) if k else ("", Part.LINK)
    if part is Part.NOUN:
        return _after_noun(words, found, k)
    if words[k].endswith("s") and _ends_subject(words, found, k):
        return True
    if not before:  # a comma, or the caption's beginning
        return _word(words, k + 1) in _DETERMINERS | _LINKS - {"and"} and k + 1 < len(words)
    return before in _BEFORE_VERBS or (part is Part.QUALITY and before.endswith("ly"))


def _after_noun(words: Sequence[str], found: Sequence[Part], k: int) -> bool:
    """Third persons follow one thing and plain verbs several; "wearing ice skates" has its verb already."""
    if words[k].endswith("s") and not words[k].endswith("ss"):
        return k < 2 or found[k - 2] is not Part.VERB
    open_pair = "and" in words[:k] and Part.VERB not in found and _word(words, k + 1) in _LINKS
    return _plural(words[k - 1]) or open_pair or (Part.VERB not in found and _word(words, k + 1) in {"a", "an", "the"})


def _ends_subject(words: Sequence[str], found: Sequence[Part], k: int) -> bool:
    """Whether a subject without a noun at its end stands before: "another jumps", "a man in black walks"."""
    in_colour = k > 1 and found[k - 1] is Part.QUALITY and words[k - 2] in {"in", "and"} and Part.VERB not in found
    return words[k - 1] in {"one", "other", "another"} or in_colour


_BEFORE_VERBS = _set("and or but to who which that while can could will would may they he she it not also")
_PLURALS = _set("people men women children police others two three four they kids")


def _plural(word: str) -> bool:
    """Whether a noun looks like several."""
    return word in _PLURALS or (word.endswith("s") and not word.endswith("ss"))


def _stems(word: str) -> set[str]:
    """What a third person may come from: "carries" and "lies", "catches", "rides"."""
    bases = {word, word.removesuffix("s"), word.removesuffix("es")}
    return bases | {f"{word[:-3]}y", f"{word[:-3]}ie"} if word.endswith("ies") else bases
