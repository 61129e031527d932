/**
 * Passwords of eight characters and more that stand high in the lists of every large leak (RockYou,
 * LinkedIn, Adobe, Collection #1), lower-case: what an attacker tries before anything else. Shorter
 * ones need no list, since none is accepted.
 */
const LIST = `
!1234567 !@#$%^&* !@#$%^&*( !@#$%^&*() !@#$1234 !qaz2wsx !qaz@wsx !qazxsw2 #1234567 00000000 000000000 0000000000 000000001 00001111 00112233 01010101 01020304
0102030405 01234567 012345678 0123456789 0987654321 0okmnji9 0p9o8i7u 10101010 1010101010 10203040 1020304050 102030405060 11110000 11111111 111111111
1111111111 111111111111 11112222 111222333 111222333444 11223344 1122334455 112233445566 12121212 1212121212 12131415 1213141516 123!@#qwe 12312312 123123123
123123123123 123321123 123321123321 1234!@#$ 12341234 123412345 12344321 12345!@# 1234512345 12345432 123454321 1234554321 12345600 12345612 123456123456
1234567! 12345677 12345678 12345678! 12345678. 123456780 123456781 1234567887654321 123456789 123456789! 123456789. 1234567890 12345678901 123456789012
1234567890123 1234567890123456 1234567890a 1234567891 12345678910 123456789101112 12345678912 123456789123 1234567899 123456789a 123456789q 123456789z 12345678@
12345678a 12345679 1234567a 1234567q 1234567qwerty 12345687 12345688 12345698 123456abc 123456abcd 123456qwerty 12345abc 12345abcd 12345qwert 12345qwerty
1234abcd 1234asdf 1234qwer 12365478 123654789 123abc123 123asd123 123qwe!@# 123qwe123 123qwe123qwe 123qweasd 123qweasdzxc 12qw34er 12qwaszx 13131313 13579246
135792468 1357924680 14141414 147258369 1472583690 14785236 147852369 15151515 159159159 1593572486 159357456 159753456 159951159 19283746 19841984 19851985
19861986 19871987 19881988 19891989 19901990 19911991 19921992 19931993 1a2b3c4d 1a2s3d4f 1q1q1q1q 1q2w3e4r 1q2w3e4r! 1q2w3e4r5t 1q2w3e4r5t6y 1qaz1qaz 1qaz2wsx
1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qaz@wsx 1qazxsw2 1qazxsw23edc 1w2q3r4e 20002000 20102010 20122012 20202020 20202021 20212021 20222022 20232023 20242024 20252025
21212121 22222222 222222222 2222222222 22334455 23232323 24681012 246813579 25252525 27182818 2wsx3edc 2wsxzaq1 31313131 31415926 314159265 3141592654 321321321
321654987 33333333 333333333 33445566 3edc4rfv 43214321 44444444 444444444 44556677 456123789 456456456 456789123 4rfv5tgb 54321012 54321543 55555555 555555555
5555555555 55667788 5tgb6yhn 654321654321 66666666 666666666 6666666666 69696969 6969696969 6yhn7ujm 74108520963 741852963 7654321a 77777777 777777777
7777777777 78787878 78945612 789456123 7894561230 789654123 789789789 7ujm6yhn 87651234 87654321 876543210 87654321a 88776655 88888888 888888888 8888888888
91827364 951753852 963258741 963852741 98765432 987654321 9876543210 987654321a 98989898 99887766 9988776655 99999999 999999999 9999999999 9ijn8uhb @12345678
@123456789 a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 a1s2d3f4 aa123456 aa12345678 aaa111222 aaaa1111 aaaaaaaa aaaaaaaaa aaaaaaaaaa abc12345 abc123456
abc123abc abcabcabc abcd1234 abcd12345 abcd123456 abcde123 abcde12345 abcdef123 abcdefg1 abcdefgh abcdefghi abcdefghij access123 access14 acmilan1 admin123
admin1234 admin12345 admin123456 admin2020 admin2021 admin2022 admin2023 admin2024 admin@123 adminadmin administrator administrator1 adminpass adminpassword
alejandra alejandra1 alejandro alejandro1 alex1234 alex12345 alexalex alexander alexander1 alexander123 alexandra alexandra1 alexandre alexandria amanda01
amanda12 amanda123 anastasia anderson anderson1 andrea12 andrea123 andreas1 andrew01 andrew12 andrew123 angel123 angel1234 angelbaby angelbaby1 angeleyes
angelica angelica1 angelina angelina1 angelito angels123 annabelle anthony1 anthony12 anthony123 anthony2 anthony7 antonio1 antonio12 antonio123 arianna1
armando1 arsenal1 arsenal12 arsenal123 arsenalfc arthur123 asd123456 asd123asd asdasdasd asdf1234 asdf12345 asdfasdf asdfghjk asdfghjkl asdfghjkl1 asdfghjkl123
asdfjkl; asdfqwer asdzxc123 ashley01 ashley11 ashley12 ashley123 asshole1 asshole123 asshole2 august12 austin12 austin123 austin316 autumn2021 autumn2022
autumn2023 azerty12 azerty123 azerty1234 azerty12345 azertyui azertyuiop babybaby babyblue babyblue1 babyboy1 babyboy12 babyboy123 babycakes babydoll babydoll1
babyface babyface1 babygirl babygirl01 babygirl1 babygirl10 babygirl11 babygirl12 babygirl123 babygirl13 babygirl14 babygirl15 babygirl16 babygirl2 babygirl21
babylove babyphat babyphat1 barbie123 barcelona barcelona1 barcelona10 baseball baseball1 baseball10 baseball11 baseball12 baseball123 baseball2 baseball7
basketball basketball1 basketball12 basketball2 batman01 batman11 batman12 batman123 batman1234 bayern123 beachbum bearbear beatriz1 beautiful beautiful1
beautiful12 beautiful123 beautiful2 beckham23 beckham7 benjamin benjamin1 benjamin123 bernard1 bernardo besiktas besiktas1903 bienvenido bienvenue bigbooty
bigboy123 bigbrother bigcock1 bigdaddy bigdaddy1 bigdick1 bigmoney bigtits1 billybob billybob1 birthday birthday1 birthday4 bitch123 bitchass blackberry
blackberry1 blackbird blackcat blackcat1 blackdog blackhawks blackjack blackjack1 blackman blackstar blahblah blahblah1 blessed1 blessed2 blessing blessing1
blessings blink182 blink1822 blowjob1 blue1234 blue12345 blue2222 blueberry blueberry1 bluebird bluebird1 blueblue bluedevils bluedog1 blueeyes blueeyes1
bluemoon bluemoon1 bluesky1 bonjour1 bonjour123 booboo12 booboo123 borussia bradford brandon1 brandon12 brandon123 brandon2 braveheart brianna1 brianna12
brianna123 brittany brittany1 broncos1 broncos7 brooklyn brooklyn1 brooklyn123 bryan123 bubblegum bubblegum1 bubbles1 bubbles12 bubbles123 bubbles2 buckeyes
buckeyes1 bulldog1 bulldog123 bulldogs bulldogs1 bulletproof bullshit bullshit1 bunny123 buster01 buster12 buster123 buttercup buttercup1 butterfl butterflies
butterfly butterfly1 butterfly12 butterfly123 butterfly2 butterfly3 butterfly7 butthead camaro123 camaro69 camaross cameron1 cameron12 cameron123 canucks1
cardinals cardinals1 carolina carolina1 caroline caroline1 cassandra cassandra1 cassie123 catherine catherine1 celtic123 celtic1888 celtic67 champagne champion
champion1 champion123 champions champions1 chandler changeit changeme changeme1 changeme123 charger1 chargers chargers1 charles1 charlie1 charlie11 charlie12
charlie123 charlie2 charlie3 charlie7 charlotte charlotte1 checkers cheerleader cheerleader1 cheerleading cheese123 cheesecake chelsea1 chelsea12 chelsea123
chelsea2 chelseafc cherry123 chester1 chester123 chevrolet chevrolet1 chevy123 cheyenne cheyenne1 chicago1 chicago123 chicken1 chicken12 chicken123 chicken2
chickens children children1 chocolat chocolate chocolate1 chocolate12 chocolate123 chocolate2 chris123 chris1234 chrisbrown chrisbrown1 christ123 christian
christian1 christian12 christian123 christin christina christina1 christine christine1 christmas christmas1 christoph christopher christopher1 cinderella
cinderella1 cisco123 ciscocisco civic123 clarence classic1 claudia1 claudia123 cleopatra clifford cocacola cocacola1 cocacola123 cocksucker colleen1 computer
computer1 computer123 contrasena contrasena1 contraseña cookie11 cookie12 cookie123 cookies1 cookies123 cool1234 coolcool cooldude coolgirl coolguy1 corvette
corvette1 courtney courtney1 courtney12 cowboy123 cowboys1 cowboys12 cowboys123 cowboys22 cowgirl1 cracker1 crazy123 crazygirl creative creative1 cricket1
cricket123 cristian cristian1 cristiano cristiano7 cristina cristina1 crystal1 crystal12 crystal123 cupcake1 cupcake12 cupcake123 cutie123 cutiepie cutiepie1
cyberpunk cyclone1 daddy123 daddysgirl daddysgirl1 dallas123 dallas22 dancer123 dancing1 dancing123 daniel01 daniel10 daniel11 daniel12 daniel123 daniel1234
daniela1 daniela123 danielle danielle1 danielle12 darkangel darkness darkness1 darkside darkstar dauphin1 david123 david1234 deborah1 december december1
december12 december25 default0 default1 default123 defender deftones delphine delpiero demo1234 demodemo desiree1 destiny1 destiny12 destiny123 destiny2
deutschland diablo123 diablo666 diamond1 diamond12 diamond123 diamond2 diamonds diamonds1 dickhead dickhead1 dilbert1 dinosaur dinosaur1 discovery disney123
disneyland dodgers1 dodgers123 doggy123 dogs1234 dolphin1 dolphin123 dolphin7 dolphins dolphins1 dolphins13 dominic1 dominique dominique1 donald123 donkey123
doodle123 dorothy1 dortmund douglas1 dragon01 dragon11 dragon12 dragon123 dragon1234 dragon13 dragon69 dragon99 dragonball dragonball1 dragonballz dragonfly
dragonfly1 dragons1 dreamcatcher dreamer1 dreams123 drowssap drummer1 ducati916 dylan123 eagles123 earthquake eastside eastwood eduardo1 eduardo123 einstein
einstein1 eleanor1 electric elephant elephant1 elephants elizabeth elizabeth1 elizabeth12 elizabeth123 elizabeth2 elvis123 emerald1 eminem12 eminem123 emmanuel
emmanuel1 engineer engineer1 england1 england123 enterprise enterprise1 envision esmeralda esmeralda1 estrella estrella1 eternity eternity1 evanescence
evanescence1 evergreen everlast everton1 everyday everything excalibur explorer explorer1 facebook facebook1 facebook123 falcon123 falcons1 falcons7 familia1
family01 family12 family123 fantasia fantasy1 fashion1 fatima123 february february1 february14 fenerbahce fenerbahce1907 ferguson fernanda fernanda1 fernando
fernando1 fernando123 ferrari1 ferrari123 ferrari458 fighter1 finalfantasy finalfantasy7 fireball fireball1 firebird firebird1 firefighter firefire firefly1
firefox1 fireman1 fishing1 fishing123 flamingo flamingo1 florence florida1 florida123 flower12 flower123 flowers1 flowers123 fluffy12 fluffy123 football
football1 football10 football11 football12 football123 football2 football21 football22 football7 forever1 forever12 forever123 forever2 forever21 foreverlove
forget123 fortnite fortnite1 fortnite123 fortress foxylady frances1 francesca francis1 francisco francisco1 franklin franklin1 freddy123 frederic frederick
free1234 freedom1 freedom12 freedom123 freedom7 freeman1 freepass frenchie friday123 friday13 friday13th friends1 friends12 friends123 friends2 friends4ever
friendship friendship1 friendster friendster1 froggie1 froggy123 frosty123 fucker123 fuckfuck fuckme123 fuckme69 fuckoff! fuckoff1 fuckthis fuckthis1 fuckyou!
fuckyou1 fuckyou12 fuckyou123 fuckyou2 fuckyou3 fuckyou69 fuckyoubitch fuzzy123 gabriel1 gabriel12 gabriel123 gabriela gabriela1 gabrielle gabrielle1
galatasaray galatasaray1 gamecube gamecube1 gameover gameover1 gamer123 gandalf1 gangsta1 gangsta12 gangsta123 gangsta2 gangster gangster1 garfield garfield1
gateway1 gateway2 gators123 geheim123 gemini123 generals genesis1 genesis123 george123 germany1 geronimo getmoney getmoney1 ghetto123 ghost123 ghostrider
giants123 gibson123 ginger01 ginger12 ginger123 giovanni giovanni1 girlfriend girls123 gizmo123 gladiator gladiator1 gloria123 godbless godbless1 godisgood
godisgood1 godisgreat godislove godislove1 godzilla godzilla1 goldberg golden123 goldeneye goldfish goldfish1 golfball golfer123 gonzales gonzalez goodgirl
goodlife goodluck goodluck1 goodmorning google123 google1234 googlegoogle gorgeous gorgeous1 gracie123 graduate grandma1 grandma2 grandpa1 grasshopper greatone
green123 green1234 greenbay greenday greenday1 greenday12 greenday182 greeneyes gregory1 grizzly1 gryffindor guadalupe guadalupe1 guest123 guest1234 guestguest
guillermo guinness guinness1 guitar12 guitar123 gundam00 gunners1 gustavo1 gymnast1 gymnastics gymnastics1 hacker123 hackerman halloween halloween1 halo1234
hamilton hamilton1 hammer123 hamster1 hamster123 handsome handsome1 hannah01 hannah12 hannah123 hannahmontana happiness happiness1 happy123 happy1234 happyday
happydays happyhappy hardcore hardcore1 hardrock harley01 harley123 harleyd1 harleydavidson harrison harrison1 harry123 harrypotter harrypotter1 haslo123
hasło123 hawaii123 hawaii50 hawkeye1 heather1 heather12 heather123 heaven123 heavenly hellboy1 hellfire hello123 hello123! hello1234 hello12345 hellohello
hellokitty hellokitty1 hellokitty123 helloworld helloworld1 hellsing helpme123 hercules hercules1 herewego hernandez hernandez1 heslo123 highland highlander
highschool hitman47 hockey11 hockey12 hockey123 hogwarts holiday1 holland1 hollywood hollywood1 holyshit homer123 homersimpson homerun1 homework honda123
hondacivic honeybear honeybee honeybee1 honeybunny honeymoon honolulu hopeless horses123 hotchick hotdog123 hotgirl1 hotmail0 hotmail1 hotmail123 hotpink1
hotrod123 hotstuff hotstuff1 hottie101 hottie12 hottie123 houston1 hunter01 hunter12 hunter123 hunter1234 hunting1 hurricane hurricanes icecream icecream1
icecream123 icecream2 iceman123 idontcare idontknow idontknow1 ihateyou ihateyou1 ihateyou2 ilovealex iloveben ilovebob1 iloveboys ilovecats ilovechris ilovedad
ilovedavid ilovedogs ilovegod ilovegod1 iloveher iloveher1 ilovehim ilovehim1 ilovehorses iloveit1 ilovejake ilovejames ilovejesus ilovejohn ilovejosh ilovelife
ilovematt iloveme1 iloveme123 iloveme2 ilovemike ilovemom ilovemom1 ilovemusic ilovemydog ilovemyfamily ilovemymom ilovemyself ilovenick ilovepink iloveryan
ilovesex ilovetom1 iloveu123 iloveyou iloveyou! iloveyou08 iloveyou1 iloveyou10 iloveyou11 iloveyou12 iloveyou123 iloveyou13 iloveyou14 iloveyou143 iloveyou2
iloveyou21 iloveyou22 iloveyou3 iloveyou4 iloveyou4ever iloveyou5 iloveyou69 iloveyou7 iloveyoubaby iloveyousomuch imagine1 immortal immortal1 inferno1 infinity
infinity1 insomnia inter1908 internazionale internet internet1 internet123 invisible ironmaiden ironmaiden1 ironman1 ironman123 isabel123 isabella isabella1
isabelle isabelle1 islanders italia123 jackass1 jackass123 jackass2 jackie123 jackjack jackpot1 jackson1 jackson12 jackson123 jackson2 jackson5 jacqueline
jaguar123 james007 james123 james1234 jamesbond jamesbond007 january1 january12 japan123 jasmine1 jasmine12 jasmine123 jasmine2 jasmine7 jayhawks jazzman1
jeffrey1 jellybean jellybean1 jennifer jennifer1 jennifer12 jennifer123 jeremiah jeremiah1 jeremy123 jessica1 jessica12 jessica123 jessica2 jessica7 jessie123
jesus123 jesus1234 jesus4me jesus777 jesus7777 jesusc777 jesuschrist jesusfreak jesusis1 jesusislord jesuslove jesuslovesme jesussaves jewels123 jimmy123
johannes john1234 john3:16 johncena johncena1 johnny123 johnson1 joker123 jonathan jonathan1 jonathan12 jonathan123 jonathan2 jordan01 jordan10 jordan11
jordan12 jordan123 jordan13 jordan22 jordan23 jordan2323 jordan45 jordan88 joseph12 joseph123 josephine joshua01 joshua12 joshua123 journey1 juanita1 julian123
juliana1 juliette july2000 junebug1 junior01 junior12 junior123 jupiter1 jurassic justdoit justice1 justin01 justin11 justin12 justin123 justinbieber
justinbieber1 justme123 juventus juventus1 juventus10 kamikaze kangaroo kangaroo1 kansas123 karate123 karina123 katherine katherine1 kathleen kathleen1 kathryn1
katrina1 kawasaki kawasaki1 kawasaki2 kayla123 kendall1 kenneth1 kenneth123 kennwort kennwort1 kenshin1 kevin123 kevin1234 keyboard keyboard1 killbill killer01
killer11 killer12 killer123 killer666 killer69 killerbee killkill kimberley kimberly kimberly1 kimberly12 kingdom1 kingkong kingkong1 kings123 kingston
kitkat123 kitten12 kitten123 kitty123 kittycat kittycat1 kittykat kittykat1 knight123 knights1 kobe2424 kobe24bryant kobebryant krishna1 krishna123 kristal1
kristen1 kristin1 kristina kristina1 kristine kristine1 lacrosse lacrosse1 ladybug1 ladybug12 ladybug123 lakers08 lakers123 lakers24 lakeside lalalala lalalala1
lancelot laptop123 lasvegas lasvegas1 laughing lauren12 lauren123 lavender lavender1 lawrence lawrence1 leather1 lebron23 lebronjames legend123 legolas1
lemonade lemonade1 leonardo leonardo1 leopard1 leopards leslie123 letmein! letmein1 letmein12 letmein123 letsgo123 liberty1 liberty123 lifeisgood lifesucks
lifetime lightning lightning1 lilwayne lilwayne1 lindsay1 lindsey1 linkedin linkedin1 linkinpark linkinpark1 lionheart lionking lionking1 littlegirl littleman
littleone liverpool liverpool1 liverpool123 liverpoolfc lizard123 lkjhgfds lkjhgfdsa login123 loginlogin logmein1 lolipop1 lolita123 lollipop lollipop1
lollipop12 lollipop123 lollol123 lollypop london123 london2012 longhorn longhorns longhorns1 looking1 lordofthe lorenzo1 lostlove louis123 louisiana louisville
love1234 love12345 love123456 love4ever lovebird lovebug1 loveforever loveless lovelife lovelove lovelove1 lovelygirl loveme12 loveme123 loverboy loverboy1
lovergirl lovers123 loveyou1 loveyou123 loveyou2 loveyoubaby lozinka1 lucifer1 lucifer666 lucky123 lucky1234 lucky13lucky lucky777 lucky7777 luckydog luckydog1
ludacris luis1234 mackenzie mackenzie1 madison1 madison12 madison123 mafia123 maganda1 maganda123 magdalena magic123 magicman mahalkita mahalkita1 mahalko1
mahalkoh makayla1 manager1 manager123 manchest1 manchester manchester1 mandarin manowar1 manuel123 manunited manutd123 marcela1 marco123 margaret margaret1
margarita margarita1 maria123 maria1234 mariajose mariana1 mariana123 marianne maribel1 marijuana marijuana1 marina123 marines1 mario123 mariposa mariposa1
marissa1 marlboro marlboro1 marshall marshall1 martin123 martinez martinez1 maryjane maryjane1 maryland master01 master12 master123 masterchief masterkey
mastermind matrix123 matrix99 matthew1 matthew12 matthew123 matthew2 matthew3 matthew7 maurice1 maverick maverick1 maximus1 maximus123 maxwell1 mazda123
mazda626 mazdarx7 megadeth melanie1 melanie12 melissa1 melissa12 melissa123 mememe123 memories meow1234 mercedes mercedes1 mercedes123 mercedes2 mercedesbenz
merlin123 mermaid1 message1 messi1010 messi123 metallica metallica1 metallica123 mexico12 mexico123 miamiheat michael1 michael12 michael123 michael2 michael23
michael7 michaeljackson michelle michelle1 michelle12 michelle123 michigan michigan1 mickey12 mickey123 mickeymouse microsoft microsoft1 midnight midnight1
miguel123 military millions millwall minecraft minecraft1 minecraft123 minnesota minnie123 miranda1 mission1 mississippi missy123 mitchell mitchell1 mittens1
mnbvcxz1 mnbvcxzasd mnbvcxzlkjhgfdsapoiuytrewq mohamed1 mohamed123 mohammad mohammad1 mohammed mohammed1 mohammed123 mommy123 momof2kids monalisa money123
money1234 money777 moneymaker moneyman moneymoney moneymoney1 monica123 monique1 monitor1 monkey01 monkey11 monkey12 monkey123 monkey1234 monkey13 monkey22
monkey69 monkey99 monkeyboy monkeyman monkeys1 monster1 monster12 monster123 monster2 monster7 montana1 montreal montreal1 moonbeam moonlight moonlight1
moonshine morgan12 morgan123 morning1 morpheus mortgage motdepasse motdepasse1 mother123 motherfucker motherlode motocross motocross1 motorcycle motorola
motorola1 mountain mountain1 mozart123 muffin12 muffin123 munchkin munchkin1 murphy123 music123 musiclover musicman mustafa1 mustang1 mustang123 mustang2
mustang5 mustang65 mustang67 mustang69 mustanggt mustangs mybaby123 mydaddy1 mydogs123 myfamily myfamily1 myfriend mygirl123 mylove12 mylove123 myname123
mypassword mypassword1 mysecret myspace1 myspace123 myspace2 mysql123 mystery1 mythology naruto12 naruto123 narutouzumaki natalia1 natalie1 natalie12 natalie123
nathalie nathan12 nathan123 nathaniel nathaniel1 ncc-1701 ncc1701d ncc1701e network1 newcastle newcastle1 newpassword newpassword1 neymar11 nicholas nicholas1
nicholas12 nicholas123 nicole01 nicole11 nicole12 nicole123 nintendo nintendo1 nintendo64 nirvana1 nirvana123 nissan123 nissan350z nopassword notebook nothing1
nothing123 november november1 november11 october1 october10 octubre1 oliver123 olivia123 oracle123 orange12 orange123 p@55w0rd p@ssw0rd p@ssw0rd! p@ssw0rd1
p@ssw0rd123 p@ssword p@ssword1 pa$$w0rd pa$$word pa55w0rd pa55word pa55word1 packard1 packers1 packers12 packers4 pakistan pakistan1 pakistan123 pakistan786
pamela123 panthers panthers1 paradise paradise1 parker123 parola123 passphrase passport passw0rd passw0rd! passw0rd1 passw0rd123 password password! password0
password01 password1 password1! password11 password12 password123 password123! password1234 password12345 password2 password2019 password2020 password2021
password2022 password2023 password2024 password2025 password3 password69 password7 password99 password@123 passwords passwort passwort1 patches1 patricia
patricia1 patrick1 patrick12 patrick123 patriots patriots1 patriots12 patriots2 paulina1 peaches1 peaches12 peaches123 peanut12 peanut123 pebbles1 penelope
penelope1 penguin1 penguin123 penguins penguins1 penis123 pepper12 pepper123 perfect1 personal phantom1 philippe phillips phoenix1 phoenix123 phoenix7 photoshop
picasso1 piccolo1 pineapple pineapple1 pinkfloyd pinkfloyd1 pinkpink pinky123 pirates1 platinum platinum1 playball playboy1 playboy123 player123 playgirl
playstation playstation2 playstation3 poiuytre poiuytrewq pokemon1 pokemon11 pokemon12 pokemon123 pokemon1234 pokemongo poohbear poohbear1 poohbear12 pookie12
pookie123 poop1234 poopface poophead popcorn1 popcorn123 popeye123 porn1234 pornstar porsche1 porsche911 portugal portugal1 postgres postgres1 precious
precious1 predator predator1 preston1 pretty12 pretty123 prettygirl prettygirl1 princesa princesa1 princess princess! princess1 princess10 princess11 princess12
princess123 princess13 princess2 princess21 princess22 princess3 princess7 princesse private1 pumpkin1 pumpkin12 pumpkin123 punkrock punkrock1 puppy123
puppylove puppylove1 purple11 purple12 purple123 purple13 purple22 pussy123 pussy6969 pussycat q1q1q1q1 q1w2e3r4 q1w2e3r4t q1w2e3r4t5 q1w2e3r4t5y6 qaz12345
qazqazqaz qazwsx12 qazwsx123 qazwsxed qazwsxedc qazxsw21 qqqqqqqq qqww1122 queen123 quiksilver qwaszx12 qwaszx123 qwe123456 qwe123asd qwe123qwe qweasd123
qweasdzxc qweasdzxc123 qweqwe123 qweqweqwe qwer1234 qwer12345 qwer4321 qwerasdf qwerasdfzxcv qwert123 qwert1234 qwert12345 qwerty!@# qwerty00 qwerty01 qwerty1!
qwerty11 qwerty12 qwerty123 qwerty123! qwerty1234 qwerty12345 qwerty123456 qwerty123456789 qwerty13 qwerty2020 qwerty21 qwerty22 qwerty321 qwerty77 qwerty78
qwerty789 qwerty88 qwerty99 qwertyqwerty qwertyui qwertyuio qwertyuiop qwertyuiop1 qwertyuiop123 qwertyuiop[] qwertz123 qwertz1234 qwertzui qwertzuiop rachel12
rachel123 rachelle racing123 raiders1 raiders123 raiders2 rainbow1 rainbow12 rainbow123 rainbow6 rainbow7 rainbows rammstein rammstein1 rangers1 rangers123
raymond1 realmadrid realmadrid1 rebecca1 rebecca12 rebecca123 redneck1 redskins redskins1 redsox04 redsox123 redwings redwings1 reggie123 remember remember1
research ricardo1 ricardo123 richard1 richard123 robert01 robert12 robert123 roberto1 roberto123 robinson robinson1 rock1234 rocknroll rocknroll1 rockon12
rockstar rockstar1 rockstar12 rockyou1 rockyou123 rodrigo1 rodriguez rodriguez1 ronald123 ronaldinho ronaldinho10 ronaldo07 ronaldo1 ronaldo123 ronaldo7
root1234 rootpass rootroot rosebud1 rosemary rosemary1 runner123 russell1 sabrina1 sabrina123 salasana salasana1 salvador samantha samantha1 samantha12
samantha123 sammy123 samsung1 samsung12 samsung123 samsung1234 samuel12 samuel123 sanchez1 sandra123 santana1 santiago santiago1 sarah123 saturday saturday1
savannah savannah1 scarface scarface1 scarlett scarlett1 schalke04 schalke1 school123 schooner scooby123 scoobydoo scoobydoo1 scooter1 scooter123 scorpio1
scorpion scorpion1 seahawks seahawks1 sebastian sebastian1 sebastian123 secret12 secret123 secret1234 security security1 senha123 senha1234 september september1
september11 september9 serenity serenity1 sergio123 sexsexsex sexy1234 sexyback sexybitch sexybitch1 sexygirl sexygirl1 sexylady sexylove sexything sg1sg1sg1
shadow01 shadow11 shadow12 shadow123 shadow1234 shadow13 shadow69 shannon1 shannon123 sheldon1 sherlock shithead shithead1 shopping shopping1 shorty12 shorty123
shorty13 sierra123 silver12 silver123 simpsons simpsons1 single12 sister123 skateboard skateboarding skittles skittles1 skyline1 skywalker skywalker1 slipknot
slipknot1 slipknot123 slipknot6 slipknot666 smile123 smiley123 smoke420 smokey12 smokey123 snickers snickers1 snoopdogg snoopy12 snoopy123 snowball snowball1
snowboard snowboard1 snowflake snowflake1 snowman1 soccer07 soccer10 soccer11 soccer12 soccer123 soccer13 soccer14 soccer21 soccer22 soccerball soccerstar
softball softball1 softball12 softball2 soldier1 something something1 sophia123 spanky123 sparky12 sparky123 special1 spencer1 spencer123 spider123 spiderman
spiderman1 spiderman12 spiderman123 spiderman2 spiderman3 spongebob spongebob1 spongebob12 spongebob123 spongebob2 spring123 spring2020 spring2021 spring2022
spring2023 spring2024 sqlserver squirrel squirrel1 stanley1 starbucks starbucks1 starfish stargate stargate1 starlight starlight1 startrek startrek1 starwars
starwars1 starwars12 starwars123 starwars77 steelers steelers1 steelers2 steelers43 steelers7 stephanie stephanie1 stephanie123 stephen1 steven12 steven123
stevens1 stewart1 strawberry strawberry1 student1 student123 stupid11 stupid12 stupid123 subaru123 summer01 summer05 summer06 summer07 summer08 summer09
summer10 summer11 summer12 summer123 summer1234 summer2019 summer2020 summer2021 summer2022 summer2023 summer2024 summer2025 summertime summertime1 sunday123
sunflower sunflower1 sunrise1 sunset123 sunshine sunshine! sunshine1 sunshine12 sunshine123 sunshine2 sunshine3 sunshine7 superman superman1 superman123
supernova supersecret supersonic superstar superstar1 superuser surfing1 suzuki123 sweet123 sweet16s sweetgirl sweetheart sweetheart1 sweetie1 sweetie123
sweetiepie sweetness sweetness1 sweetpea sweetpea1 sweety123 swimming swimming1 swordfish swordfish1 sylvester sylvia123 system32 tabitha1 takecare tamara123
tarheels taylor12 taylor123 taylor13 taylorswift teacher1 teacher123 teddybear teddybear1 telefon1 telefone telephone telephone1 temp1234 temporal123 temporary
temppass tennis123 tequila1 teresa123 terminator terrell1 test1234 test12345 tester123 testing1 testing123 testpass testpassword testtest testuser texas123
thailand thailand1 thebeatles thebest1 thedoors theking1 theman123 theone123 thepassword theresa1 therock1 thomas01 thomas12 thomas123 thuglife thuglife1
thumper1 thunder1 thunder123 thursday tiffany1 tiffany12 tiffany123 tiger123 tigers12 tigers123 tigerwoods tigger01 tigger11 tigger12 tigger123 timothy1
tinker123 tinkerbell tinkerbell1 tinkerbell2 titanic1 tokiohotel tokiohotel1 tomorrow toor1234 topgun123 topsecret toronto1 tottenham tottenham1 tottenham2
toyota12 toyota123 travis123 trewq123 trinity1 trinity123 tristan1 truelove truelove1 trustme1 trustno1 trustnoone tuesday1 turtle123 turtles1 tweety12
tweety123 tweetybird tweetybird1 twilight twilight1 tyler123 tyler1234 ultimate undertaker unicorn1 unicorn123 universal universe university user1234 user12345
username username1 useruser vacation valencia valentin valentina valentina1 valentine valentine1 valeria1 valerie1 vampire1 vampires vanessa1 vanessa12
vanessa123 vanilla1 verizon1 veronica veronica1 veronika victor123 victoria victoria1 victoria12 victoria123 victory1 vikings1 vincent1 vincent123 violet123
virginia virginia1 viviana1 volcom12 volcom123 volkswagen volleyball volleyball1 voodoo123 wachtwoord wachtwoord1 warcraft warcraft1 warcraft3 warhammer
warrior1 warriors warriors1 washington washington1 watermelon watermelon1 wednesday welcome01 welcome1 welcome1! welcome12 welcome123 welcome2 welcome@123
welkom01 welkom123 westlife westside westside1 westside13 whatever whatever1 whatever12 whatever123 whatever2 whatsup1 whiskey1 whiteboy whitney1 wildcat1
wildcat2 wildcats wildcats1 william1 william12 william123 williams williams1 willie123 willkommen willkommen1 willow123 wilson123 windows1 windows10 windows7
windows98 windowsxp winner12 winner123 winston1 winston123 winter12 winter123 winter2019 winter2020 winter2021 winter2022 winter2023 winter2024 wolverine
wolverine1 wonderful wonderful1 wonderland woodland woodstock wordpass worldcup wrangler wrestler wrestler1 wrestling wrestling1 writer123 xavier123 xxxxxxxx
xxxxxxxxx xxxxxxxxxx yamaha123 yamahar1 yankees1 yankees123 yankees2 yankees7 yellow12 yellow123 yesterday yogibear yolanda1 youandme youandme1 younglove
yourmom1 yourmom12 yourmom123 yourmom2 yourmother ytrewq123 ytrewq321 yugioh123 yvonne123 zachary1 zachary123 zaq!2wsx zaq12wsx zaq1@wsx zaq1xsw2 zaq1zaq1
zaqwsxcde zeppelin zeppelin1 zidane10 zimbabwe zombie123 zxc123456 zxcasdqwe zxcvasdf zxcvbnm, zxcvbnm,. zxcvbnm,./ zxcvbnm1 zxcvbnm12 zxcvbnm123 zxczxczxc
zzzzzzzz zzzzzzzzz йцукен123 йцукенгш пароль123
`;

export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(LIST.trim().split(/\s+/));
