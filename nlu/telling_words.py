"""Word lists behind `nlu.spelling`: what is written together or apart, censored, stretched or cut short."""

from __future__ import annotations


def _words(lines: str) -> frozenset[str]:
    return frozenset(lines.split())


GROUPS = {
    "un alive": "unalive", "un aliving": "unaliving", "un alived": "unalived", "sewer slide": "suicide", "sewerslide": "suicide",
    "sewer slidal": "suicidal", "sewerslidal": "suicidal", "s/h": "self harm", "w/": "with", "w/o": "without", "a/e": "a and e",
    "a&e": "a and e", "o/d": "overdose", "le dollar bean": "lesbian",
}  # fmt: skip

JOINED = {
    "killmyself": "kill myself", "hurtmyself": "hurt myself", "cutmyself": "cut myself", "wanttodie": "want to die",
    "iwanttodie": "i want to die", "hatemyself": "hate myself", "helpme": "help me", "endit": "end it", "endmylife": "end my life",
    "suicideattempt": "suicide attempt", "iwanttokillmyself": "i want to kill myself", "killme": "kill me",
    "alot": "a lot", "incase": "in case", "infront": "in front", "aswell": "as well", "noone": "no one", "lebean": "lesbian",
    "lesbean": "lesbian",
}  # fmt: skip
"""Words that are written together, on purpose or not."""

TELLING = _words("""
    suicide suicidal suicides self harm harmed harming selfharm cut cuts cutting kill killed killing killer die dies dying dead death
    hurt hurts hurting hurt overdose overdosed pills tablets blade razor knife knives gun stab stabbed stabbing rape raped rapist abuse
    abused abuser abusing molested assault assaulted sexual sex nude nudes porn naked groomed grooming hit hits hitting beat beats
    punched choke choked strangle drugs weed cocaine ketamine dealer slave slaves trafficked bully bullied bullying threat threats
    threaten scared afraid alone help anorexia bulimia purge starve starving vomit lesbian depressed depression anxiety unalive
    myself himself herself yourself
""")
"""Words worth reading through leet and asterisks wherever the sign stands."""

CENSORED = {word[:at] + "*" + word[at + 1 :]: word for word in TELLING if len(word) > 2 for at in range(1, len(word))} | {
    word[0] + "*" * (len(word) - 2) + word[-1]: word for word in TELLING if len(word) > 5
}

DOUBLED = _words("""
    good kill feel need seen been see too free all call tell still off school happy really pill pills pull fell well hell bully miss
    pass boss dress class sleep keep week weed food mood look took book soon room tree agree meet feet street beef stuff sniff suffer
    addicted between three sixteen fifteen fourteen seventeen eighteen coffee will small ball wall fall skill hill chill full loss kiss
    mess less stress press guess bless hopeless useless homeless careless helpless cool fool tool pool bored poor door floor blood mood
    moon deep teen queen green screen cheese beer cheer freak happen hidden sudden suddenly follow hello yellow pillow swallow hungry
    worry sorry carry marry hurry better bitter letter matter getting hitting sitting putting cutting shitting killing feeling bleeding
    needed feelings trapped slapped dropped raped stopped hopped mum mummy daddy granny nanny alcohol tomorrow actually basically
    literally usually finally eventually accident address attack appear different difficult difficulty
""")
"""Words that keep a doubled letter when stretched ones are shortened."""

NOT_ING = _words("""
    again begin cousin captain certain brain train skin main pain rain cabin basin villain curtain mountain bargain complain explain contain
    maintain remain obtain entertain protein virgin margin origin dolphin penguin pumpkin robin coffin muffin plain spain britain stain
    strain chain grain drain gain vein ruin satin latin resin raisin kevin martin justin berlin dublin heroin insulin vitamin admin goblin
    violin penicillin napkin within bitcoin join coin twin chin thin spin grin cumin assassin aspirin cretin catkin melatonin serotonin
    austin colin robbin gavin calvin elvin edwin erin pippin puffin griffin urchin toxin lupin rabbin dustbin login plugin built-in linkedin
    bargain fountain sprain refrain retain sustain detain attain therein herein wherein bulletin gelatin cabin margin paladin crispin
""")
"""Words that end in "in" by themselves: not one of them is short for an "ing"."""
