"""The words behind `nlu.spelling`: how young people, dialects and filters-to-be-dodged spell plain English.

Only spellings that mean one thing: `id`, `ill`, `well`, `were` and `ed` stay as they are.
"""

from __future__ import annotations


def _table(lines: str) -> dict[str, str]:
    """`plain words: spelling spelling …`, one a line, as spelling → plain words."""
    rows = (line.partition(":") for line in lines.strip().splitlines())
    return {spelling: plain.strip() for plain, _, spellings in rows for spelling in spellings.split()}


SPELLINGS = _table("""
you: u yu yew ya yoo
your: ur yr yor
you are: youre ure
are: r
and: n nd
be: b
to: tae t0
my: mi
for: fur
no: nae
so: soo sooo
i am: im iam i'm am'm
i have: ive iv
i would: i'd
i am going to: imma ima i'ma imagonna amma
going to: gonna gona gunna goin2 gon gunnae gonnae finna
want to: wanna wana wonna wantto wannae
got to: gotta gota
have to: hafta haveto hav2
trying to: tryna tryin2 trynna
do not know: dunno dunnoo donno
i do not know: idk idek idkk
i do not care: idc idgaf idcc
i know: ik
let me: lemme
give me: gimme
sort of: sorta
can not be bothered: cba cbaa
do not: dont dnt dinnae dinny dinna doesnae
does not: doesnt dosnt dosent doesent dozent
did not: didnt didnae didint didn didny didna
is not: isnt isnae aint
was not: wasnt wasnae wasny wosnt
were not: werent
are not: arent arnt
will not: wont willnae willny
would not: wouldnt wudnt wouldnae woudnt woulnt
could not: couldnt cudnt couldnae coudnt
should not: shouldnt shudnt shouldnae
have not: havent havnt havenae
has not: hasnt hasnae
had not: hadnt hadnae
can not: cant cannot cannae canny cnt carnt cannit
he is: hes
she is: shes
it is: its it's
they are: theyre theyr
they have: theyve
we are: we're
what is: whats wots
that is: thats dats thas
there is: theres
who is: whos
where is: wheres
how is: hows
everyone is: everyones
what: wot wut wat wht
that: dat tht
this: dis
them: dem
the: teh
with: wiv wif wiht
about: abt abowt aboot bout abput
because: bc bcs bcos bcuz cuz cos coz cus becuase becuz becos beacuse becasue becoz cozz becouse
something: smth smthn smthin sumthing sumthin somthing summat summit sumfin sumat sth somefing somethin sumthink somethink
nothing: nothin nuthin nuffin nothink nuffink nuthing
anything: anythin anyfing anythink anyting
everything: everythin everyfing everythink evrything
someone: sum1 some1 sumone somone sumbody
anyone: any1 ne1
everyone: every1 evry1 evryone everyoen
people: ppl peeps peple peopel pple
please: pls plz plss plzz plse pleese pleas plis
thank you: thx ty thnx tysm
message: msg
messages: msgs
messaged: msgd
messaging: msging
text: txt
texts: txts
phone: fone phon phoen
right now: rn
at the moment: atm
tonight: 2nite 2night tonite tonyt 2nyt tonght tonigt tonihgt
today: 2day tday
tomorrow: 2moro 2morrow tmrw tmr tmw tomoz tomoro 2mrw tomorow tommorow tommorrow tmro 2mo tomo
yesterday: yday yesturday yestaday
before: b4 befor
mate: m8
mates: m8s
great: gr8
later: l8r l8er
late: l8
wait: w8
hate: h8
weekend: wkend wknd
weeks: wks
week: wk
year: yr yer
years: yrs
months: mths mnths
minutes: mins
hours: hrs
boyfriend: bf boyf boyfreind boyfrend bfriend boifriend
boyfriends: bfs
girlfriend: gf girlf girlfreind girlfrend gfriend
girlfriends: gfs
friend: freind frend fren frnd
friends: freinds frends frenz frnds
best friend: bestie bezzie besty
police: feds fedz polis polise popo polce
kill myself: kms kmss
kill yourself: kys kyss
killing: killin kilin
myself: meself miself masel masell maself mesen mysen myslef mysefl mysel mysellf mself
yourself: urself yaself yourslef
himself: hisself hissen
thought: thort thougt thougth thourt thot
think: fink thnk
thinking: finking thinkin finkin
skipping: skippin
school: skool skl scool shcool skewl skul schl skwl
sister: sisster sis sista
brother: bruver brotha
mother: muvver
father: farver
really: realy rlly rly rele relly
again: agen agian
always: alwase allways alwys
scared: scarred scard skared scaird
hurting: hurtin
hurts: hurtz
hitting: hittin hiting
suicide: suiside sewerslide sooicide suicid sucide suicude suecide suacide
suicidal: suisidal suicidle sucidal suicidall suisidle
self harm: selfharm slefharm
self harming: selfharming selfharmin
self harmed: selfharmed
unalive: unaliv unalife
cutting: cuttin cuting
dying: dieing dyin
want: wnt
lying: lieing
hungry: hungary hungrey hungy
home: hom hame
house: hoose howse
out: oot
down: doon
off: aff
know: knw kno noe
does: duz dus
was: wos woz wuz
said: sed sayd
says: sez
though: tho thogh
through: thru
enough: enuff enuf enouf
until: untill
when: wen
where: wer
here: heer
there: ther
their: thier
they: thay dey
would: wud woud wld
could: cud coud cld
should: shud shoud shld
have: hav hve
having: havin
coming: comin
going: goin
doing: doin
getting: gettin geting
feeling: feelin
being: bein
making: makin
taking: takin
trying: tryin
nobody: nobdy noone
sex: seggs segs secks sx
sexual: seggsual
lesbian: lebean
porn: pr0n
raped: graped
weed: ouid w33d
sexually assaulted: sa'd sa'ed
fucking: fkn fking fckin fuckin fkin fcking effing fuckn
fuck: fk fck
depressed: depresed deprest
depression: depresion
anxiety: anxity anxiaty
panic: pannic
pregnant: pregnent pregant preggers preggo pregnat
different: diffrent
i: ah
my: ma mah
now: noo
with: wi
from: fae frm frum
one: wan
old: auld owd
head: heid hed
hands: hauns hans
hand: haun
dead: ded deid
told: telt tellt tole towld
little: littel littul lil litle liddle
every: evry evrey evary
night: nite nyt nyte
people: peple
back: bak
over: ower
window: windae windo
windows: windaes
door: dor dore
floor: flor flair flore
blood: blud
knife: nife knif
touch: tuch
touched: tuched tutched
hurt: hert hurtt
hurting: herting
married: marrid marryed marrit
marry: marrie mairry
wedding: weddin weding
passport: pasport
picture: pichur pitcher pictcher
photo: foto
photos: fotos
kill: kil
wake: wayk wak
hide: hyde
hiding: hidin hideing
somewhere: sumwhere sumwer
scared: scaird skard feart
uncles: uncels
brother: bruther brudda
brothers: bruthers
cousin: cuzin cusin couzin
foster: fosta
outside: owtside ootside
about: abowt
no: naw
off: orf
ran: runned
been: bin
swallowed: swolowd swallowd
starving: starvin
vomiting: vomitin
give: giv
gives: gies
gave: gied
them: em
another: anuther
other: uther
mouth: mouf
tonight: thenight
tomorrow: termorrer themorra termorow
stepdad: stepfather steppdad stepd
stepmum: stepmother stepmom stepmam
social worker: socialworker sw
parents: perents parants rents
parent: perent
tablets: tabelts tablits
hospital: hosp hospitle hospittal
emergency: emergancy
secret: secrit seceret
threatened: thretened threatend
threatening: threatning thretening
violent: vilent
violence: violance
relationship: relashionship relationshp
boyfriend's: boyfs bf's
girlfriend's: girlfs gf's
money: munny
carrying: carryin
blackmail: blakmail
blackmailing: blackmailin
straight: str8
snapchat: snapchatt
instagram: insta
pictures: pics picz
picture: pic
homework: hw
just kidding: jk
joking: jokin
""")
"""One spelling each: text-speak, contractions without apostrophes, Scots and northern forms, common misspellings."""
