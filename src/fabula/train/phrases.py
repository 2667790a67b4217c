"""Words and turns of phrase of film dialogue, written by hand: what a screenwriter puts in place of a novelist's words.

Only tables. Groups of words stand on one line, the members of a group can replace each other.
"""


def _entries(table: str, mark: str | None = None) -> list[str]:
    """The entries of a table, which stand between marks (or spaces)."""
    return [entry.strip() for entry in table.split(mark)]


_VERBS = """
begin/began/begun start|finish end|help aid assist|talk speak/spoke/spoken chat|say/said/said remark mention
tell/told/told inform|ask enquire|answer reply respond|shout yell cry call|whisper murmur mutter|scream shriek
look glance stare gaze|see/saw/seen notice spot|watch observe|hear/heard/heard overhear/overheard/overheard
think/thought/thought believe suppose reckon|know/knew/known realise|understand/understood/understood grasp
guess imagine|want wish desire|need require|like enjoy fancy|love adore|hate loathe despise detest|fear dread
hope trust|try attempt|stop quit/quit/quit cease|stay remain|wait linger|leave/left/left depart
go/went/gone travel|come/came/come arrive|return come_back/came_back/come_back|walk stroll|run/ran/run rush dash
hurry hasten|follow pursue chase|escape flee/fled/fled|enter go_in/went_in/gone_in|bring/brought/brought fetch carry
send/sent/sent dispatch|give/gave/given hand offer|get/got/got obtain receive|take/took/taken grab seize
hold/held/held grip clutch|keep/kept/kept retain|lose/lost/lost misplace|find/found/found discover|search hunt
hide/hid/hidden conceal|show/showed/shown reveal|buy/bought/bought purchase|sell/sold/sold trade
pay/paid/paid settle|steal/stole/stolen rob|break/broke/broken smash|mend fix repair|build/built/built construct
make/made/made create|destroy ruin wreck|kill murder slay/slew/slain|hurt/hurt/hurt harm injure
strike/struck/struck hit/hit/hit beat/beat/beaten|fight/fought/fought battle struggle|shoot/shot/shot fire
die perish|live dwell|marry wed/wed/wed|meet/met/met encounter|visit call_on|invite ask|refuse decline reject
accept agree|allow permit let/let/let|forbid/forbade/forbidden prevent|order command|obey mind|beg plead implore
promise swear/swore/sworn vow|lie deceive|cheat trick fool|forgive/forgave/forgiven pardon excuse|blame accuse
thank bless|praise flatter|laugh chuckle|smile grin beam|weep/wept/wept cry sob|sleep/slept/slept doze
wake/woke/woken rouse|rise/rose/risen stand_up/stood_up/stood_up|fall/fell/fallen drop tumble|sit/sat/sat settle
throw/threw/thrown toss fling/flung/flung|push shove|pull drag tug|open unlock|close shut/shut/shut|lift raise
eat/ate/eaten dine|drink/drank/drunk sip|cook prepare|wear/wore/worn put_on/put_on/put_on|wash clean|change alter
choose/chose/chosen pick select|decide resolve|plan intend mean/meant/meant|happen occur|appear seem|vanish disappear
worry fret|bother trouble annoy|frighten scare terrify|please delight|surprise astonish amaze|remember recall recollect
forget/forgot/forgotten overlook|learn study|teach/taught/taught train|write/wrote/written scribble|work labour toil
rest relax|save rescue|protect guard defend|attack assault|win/won/won succeed|fail miss|suffer endure bear/bore/borne
deserve earn|owe be_indebted|matter count|use employ|touch feel/felt/felt|shake/shook/shaken tremble shiver
"""

_NOUNS = """
father dad papa|mother mama mum|child kid|boy lad|girl lass|man fellow chap|woman lady|husband man|wife missus
friend pal companion|enemy foe|baby infant|brother sibling|gentleman sir|people folk|stranger newcomer|guest visitor
servant maid|boss master chief|doctor physician|priest parson minister|policeman officer constable|soldier trooper
sailor seaman|thief robber crook|villain scoundrel rascal|fool idiot|coward weakling|beggar tramp|lawyer attorney
teacher schoolmaster|crowd mob|army troops|money cash|fortune wealth riches|price cost|debt bill|job work employment
business trade affair|office bureau|shop store|house home|room chamber|bedroom chamber|door doorway|garden yard
street road|path track trail|city town|village hamlet|country land|wood forest|hill slope|mountain peak|river stream
sea ocean|ship vessel boat|carriage coach|horse nag|dog hound|gun pistol weapon|knife blade|fire blaze|box case chest
bag sack|letter note|book volume|paper document|picture painting portrait|story tale|news word tidings|gift present
party feast|dinner supper meal|food grub|drink glass|wine liquor|clothes garments|dress gown frock|coat jacket
hat bonnet|ring band|jewel gem|night evening|morning dawn|day date|minute moment second|hour while|year twelvemonth
time occasion|end finish|start beginning|chance opportunity|luck fortune|reason cause|idea thought notion|plan scheme
secret mystery|truth fact|lie falsehood|mistake error blunder|trouble difficulty|danger peril risk|crime offence
murder killing|death end|illness sickness disease|wound injury|pain ache|fear dread terror|anger rage fury
joy delight happiness|sorrow grief sadness|love affection|hate hatred|courage bravery|pride vanity|shame disgrace
face countenance|head skull|hand fist|heart breast|voice tone|noise sound racket|silence quiet|smell odour scent
trip journey voyage|fight quarrel row|battle combat|war conflict|game sport|song tune|dance ball|word term
question query|answer reply|order command|favour kindness|wish desire|hope expectation|dream vision|part share portion
piece bit scrap|kind sort|way manner|place spot|thing object|matter affair|job task duty|prison jail gaol
grave tomb|church chapel|palace castle|king monarch|treasure hoard|storm tempest|field meadow|beast animal creature
"""

_OTHERS = """
big large great|huge enormous|small little tiny|nice pleasant kind|good fine|bad wicked evil|happy glad pleased
sad unhappy sorry|angry furious cross mad|afraid scared frightened|brave bold courageous|clever smart bright
stupid foolish silly dumb|crazy mad insane|beautiful lovely|pretty fair handsome|ugly hideous|rich wealthy
poor penniless|old ancient aged|young youthful|new fresh|strange odd queer peculiar|terrible awful dreadful horrible
wonderful marvellous splendid|certain sure|true right|wrong mistaken|quick fast swift|slow sluggish|strong powerful
weak feeble|sick ill unwell|tired weary exhausted|hungry starving|cold chilly freezing|hot warm|dark gloomy|quiet silent
loud noisy|dead gone|alive living|alone lonely|dear darling beloved|honest sincere|proud haughty|cruel harsh
gentle tender|gay merry cheerful|calm cool|dangerous risky|safe secure|hard difficult tough|easy simple
important serious|ready prepared|empty bare|full crowded|dirty filthy|clean neat tidy|famous celebrated
curious inquisitive|jealous envious|grateful thankful|polite civil|rude insolent|impossible hopeless|several many
enough sufficient|whole entire|last final|first earliest|next following|near close|far distant|often frequently
always forever|never ne'er|sometimes occasionally|soon shortly|immediately instantly at_once|suddenly all_at_once
quickly fast|slowly gradually|perhaps maybe|certainly surely of_course|really truly|nearly almost|only merely just
very extremely awfully|quite rather|too also|again once_more|here right_here|away off|together jointly
probably likely|exactly precisely|today this_day|tonight this_evening|tomorrow in_the_morning|yesterday last_night
anybody anyone|somebody someone|nobody no_one|everybody everyone|because since|but though|yes yeah aye|no nope
"""

VERBS, NOUNS, OTHERS = (
    [_entries(group) for group in _entries(table.strip().replace("\n", "|"), "|")]
    for table in (_VERBS, _NOUNS, _OTHERS)
)
PLURALS = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "wife": "wives",
    "knife": "knives",
    "thief": "thieves",
    "policeman": "policemen",
    "gentleman": "gentlemen",
    "people": "people",
    "army": "armies",
}

MODERN = dict(
    pair.split(":")
    for pair in _entries(
        "shall:will upon:on whilst:while amongst:among unto:to ere:before thou:you thee:you thy:your thine:yours "
        "hath:has doth:does art:are hast:have wilt:will whence:where whither:where hither:here thither:there nay:no "
        "verily:truly betwixt:between forth:out oft:often scarcely:hardly hastened:hurried countenance:face "
        "procure:get commence:start commenced:started endeavour:try endeavoured:tried perceive:see perceived:saw "
        "exclaimed:said replied:said presently:soon fortnight:two_weeks obliged:forced acquainted:familiar reside:live "
        "resides:lives remained:stayed possess:own purchase:buy purchased:bought converse:talk conversed:talked "
        "inquire:ask inquired:asked ought:should dwelling:house apartment:room chamber:room beheld:saw behold:see "
        "sufficient:enough assist:help assisted:helped attempt:try permit:let desirous:eager anxious:eager "
        "melancholy:sad"
    )
)

CONTRACTIONS = [
    _entries(pair, ":")
    for pair in _entries(
        "do not:don't|does not:doesn't|did not:didn't|is not:isn't|are not:aren't|was not:wasn't|were not:weren't|"
        "cannot:can't|can not:can't|could not:couldn't|would not:wouldn't|should not:shouldn't|will not:won't|"
        "have not:haven't|has not:hasn't|had not:hadn't|must not:mustn't|I am:I'm|I will:I'll|I have:I've|I had:I'd|"
        "I would:I'd|you are:you're|you will:you'll|you have:you've|you would:you'd|he is:he's|he will:he'll|"
        "she is:she's|she will:she'll|it is:it's|it will:it'll|we are:we're|we will:we'll|we have:we've|"
        "they are:they're|they will:they'll|they have:they've|that is:that's|there is:there's|what is:what's|"
        "who is:who's|where is:where's|let us:let's|here is:here's",
        "|",
    )
]

PRESENT = dict(
    pair.split(":")
    for pair in _entries(
        "was:is were:are had:have did:do went:go came:come said:say saw:see knew:know thought:think took:take "
        "gave:give got:get made:make found:find felt:feel heard:hear left:leave kept:keep held:hold told:tell "
        "stood:stand sat:sit ran:run began:begin fell:fall lay:lie spoke:speak brought:bring met:meet lost:lose "
        "sent:send wrote:write rose:rise drew:draw grew:grow threw:throw broke:break chose:choose drove:drive "
        "rode:ride ate:eat drank:drink slept:sleep woke:wake wore:wear won:win fought:fight bought:buy sold:sell "
        "paid:pay taught:teach caught:catch looked:look asked:ask wanted:want turned:turn seemed:seem lived:live "
        "loved:love hoped:hope wished:wish waited:wait walked:walk called:call tried:try liked:like needed:need "
        "started:start stopped:stop opened:open closed:close passed:pass reached:reach followed:follow "
        "remembered:remember believed:believe could:can would:will"
    )
)

OPENERS = _entries(
    "Well,|Oh,|But|And|You know,|Look,|Listen,|You see,|Now,|Why,|So|I tell you,|Believe me,|I'm afraid|I think|"
    "I suppose|All right,|Please,|Yes,|No,|Of course|Say,|Just a minute,|Remember,",
    "|",
)
TAGS = _entries(
    ", you know|, isn't it|, you see|, I suppose|, sir|, my dear|, darling|, right|, I tell you|, please|, then|"
    ", too|, after all|, madam|, dear|, old man|, I'm sure|, I'm afraid|, don't you think|, won't you",
    "|",
)

SMALL_TALK = _entries(
    "Yes.|No.|Oh.|Well?|What?|Why?|Come in.|Thank you.|Thank you very much.|What is it?|All right.|Good night.|"
    "Good morning.|Good evening.|Good afternoon.|Hello.|Goodbye.|Come on.|Let's go.|Wait a minute.|Just a moment.|"
    "How do you do?|How are you?|I'm fine, thank you.|Yes, sir.|No, sir.|Yes, ma'am.|Of course.|Certainly.|I see.|"
    "I know.|I don't know.|I'm sorry.|Excuse me.|I beg your pardon.|Please.|Please, don't.|Stop it.|Be quiet.|Shh!|"
    "Look.|Look at that.|Listen.|Who is it?|Who's there?|Where is he?|Where is she?|Where are you going?|"
    "Here you are.|Sit down.|Sit down, please.|Get up.|Get out.|Go away.|Go on.|Hurry up.|Quick!|Help!|Never mind.|"
    "It's nothing.|That's all.|That's right.|That's true.|Is that so?|Really?|Are you sure?|Of course I am.|"
    "I hope so.|I think so.|I'm afraid not.|Not at all.|Don't mention it.|You're welcome.|With pleasure.|"
    "Congratulations!|Good luck.|What's the matter?|What happened?|What do you mean?|What do you want?|"
    "What are you doing here?|Who are you?|What's your name?|Don't worry.|Don't be silly.|Nonsense.|Ridiculous.|"
    "My goodness!|Good heavens!|Oh, my!|Oh, dear.|Darling.|My dear.|Wonderful!|Splendid.|Fine.|Good.|Very good.|"
    "Very well.|Right away.|At once, sir.|Follow me.|This way, please.|After you.|Here's to you.|Cheers.|"
    "Have a drink.|Have a seat.|Make yourself at home.|Hey!|Hey, you!|Ha ha ha!|Tell me.|You're right.|"
    "You're late.|I'm coming.|Here he comes.|There she is.|Let me see.|Give it to me.|Take it easy.|"
    "Leave me alone.|I love you.|Do you?|Did he?|Is it?|Maybe.|Perhaps.|Exactly.|Naturally.|Nothing.|Never.",
    "|",
)
GREETINGS = _entries(
    "Hello, {who}.|Good morning, {who}.|Good evening, {who}.|Goodbye, {who}.|{who}!|{who}?|Oh, {who}.|"
    "Come here, {who}.|Where's {who}?|Have you seen {who}?|Thank you, {who}.|Listen, {who}.|Is that you, {who}?|"
    "Wait, {who}!|What's the matter, {who}?|I'm sorry, {who}.|Good night, {who}.|Yes, {who}.|No, {who}.|"
    "Well, {who}?",
    "|",
)
SONGS = _entries(
    "♪ Oh, my love is far away ♪|♪ The moon is on the water ♪|♪ And the bells begin to ring ♪|"
    "♪ Sing hey, sing ho ♪|♪ I'll remember you, my dear ♪|♪ When the summer's gone ♪|♪ Down the road we go ♪|"
    "♪ La, la, la, la ♪|♪ All the stars are shining bright ♪|♪ Come and dance with me tonight ♪|"
    "♪ Home again, home again ♪|♪ Never more to roam ♪|♪ Here's a health to all good men ♪|"
    "♪ Dear old hills of long ago ♪|♪ Where the roses grow ♪",
    "|",
)

FRAMES = _entries(
    "So it was the {n}, then?|What about the {n}?|It's about the {n}.|You know about the {n}?|"
    "Tell me about the {n}.|I heard about the {n}.|Did you see the {n}?|Where's the {n}?|Is that the {n}?|"
    "There's a {n} out there.|Look at that {n}.|He's got the {n}.|She wants the {n}.|I never liked the {n}.|"
    "Don't forget the {n}.|That {n} again.|A {n}? Here?|The {n}! Quick!|We'll need a {n}.|Bring me the {n}.|"
    "Who told you about the {n}?|I thought you had the {n}.|Nothing but {n} and {m}.|"
    "First the {n}, and now the {m}.|All that {n}, and no {m}.|What has the {n} to do with the {m}?|"
    "I don't care about the {n}.|It's the {m} that worries me, not the {n}.|You and your {n}.|"
    "He lost his {n}, they say.|They found the {n}.|You should have seen the {n}.|"
    "I saw it. The {n}, the {m}, everything.|How's the {n}?|With the {n}, I suppose?|No {n}. No {m}.|"
    "That's the {n} I told you of.|Is it true about the {n}?|It must be the {n}.|I'd give anything for a {n}.|"
    "We were near the {n} when it happened.|You mean the {n}?|By the {n}, at the {m}.|They say the {n} is gone.|"
    "{who} told me about the {n}.|{who} has the {n}.|It was {who} and the {n}.|What did {who} say about the {n}?|"
    "Has {who} seen the {n}?|{who} is at the {n}.|I'm going with {who}. To the {n}.|{who} won't like the {n}.|"
    "Ask {who} about the {n}.|Tell {who} the {n} is ready.|{who} is gone. So is the {n}.|"
    "Is {who} coming to the {n}?|You and {who}, and that {n}.|{who} knows all about it.|I'm worried about {who}.|"
    "Where did {who} go?|{who} came back, then?|You'll find {who} there.|{who} went without us.|So {who} did it.|"
    "What's {who} up to?|And the {n}? What became of it?|I dreamed of the {n}.|Get rid of that {n}.|"
    "It looks like the {n} to me.|Then came the {n}.|We've had enough {n} for one day.|My {n}! It's my {n}!|"
    "They can't take the {n} from us.",
    "|",
)

FIRST_NAMES = _entries(
    "John Mary Henry Alice Tom Kate George Helen Frank Anna Robert Nora Jack Ellen Peter Grace Paul Rose Martin "
    "Lucy Walter Edith Harry Clara Philip Jane Charles Susan David Emma Ralph Irene Steve Betty Michael Laura Joe "
    "Ruth Victor Sylvia Louis Marie Carl Greta Bill Nancy Edward Vera Simon Agnes"
)
SURNAMES = _entries(
    "Harris Morgan Taylor Bennett Carter Foster Wallace Preston Hughes Collins Parker Stone Webster Graham Dalton "
    "Fisher Barker Logan Mason Turner Porter Sutton Norris Hale Cole Drake Lambert Perry Gordon Holt"
)
TITLES = _entries(
    "Mr Mrs Miss Sir Lady Lord Captain Doctor Dr Colonel Major Professor Madame Monsieur Uncle Aunt Father"
)
ADDRESS = _entries(
    "he|she|my friend|the captain|your brother|your father|the old man|the boss|the girl|that fellow", "|"
)

STOP_WORDS = frozenset(
    _entries(
        "a about after again all also am an and any are aren't as at away be because been before being but by can "
        "can't cannot come could couldn't did didn't do does doesn't doing don't down each else even ever every for "
        "from get go going got had hadn't has hasn't have haven't he he'd he'll he's her here hers herself him himself "
        "his how i i'd i'll i'm i've if in into is isn't it it'd it'll it's its itself just know let let's like made "
        "make may me might mine more most much must mustn't my myself no nor not now of off oh on once one only or "
        "other our ours out over own quite rather said same say see shall she she'd she'll she's should shouldn't so "
        "some still such than that that's the their theirs them themselves then there there's these they they'd "
        "they'll they're they've this those though through thus to too under until up upon us very was wasn't we we'd "
        "we'll we're we've well were weren't what what's when where where's which while who who's whom whose why will "
        "with without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself says told tell "
        "came went take took thing things mr mrs miss sir"
    )
)
