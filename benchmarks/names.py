"""Names of companies to measure the search with: real ones where a folder of them is given, made-up ones otherwise.

Half Latin, half Chinese, in turn. Latin names are GLEIF's (folder/gleif_399k.csv.gz: LEI, name, country, category), and
beyond their number words of several of them put together, three in ten with a coined first word. Chinese ones are
composed: place, short name (folder/cn_short_names_267k.txt), trade, legal form. Without a folder the Latin words and
the Chinese short names are made of syllables and of everyday characters. The same seed makes the same names.
"""

import csv
import gzip
import random
from collections.abc import Iterator
from pathlib import Path

PLACES = """
北京 上海 广州 深圳 天津 重庆 成都 杭州 武汉 西安 苏州 南京 郑州 长沙 沈阳 青岛 宁波 无锡 佛山 东莞 合肥
大连 福州 厦门 哈尔滨 济南 温州 南宁 长春 泉州 石家庄 贵阳 南昌 金华 常州 南通 嘉兴 太原 徐州 惠州 珠海
中山 台州 烟台 兰州 绍兴 海口 扬州 潍坊 昆明 义乌 浙江 江苏 广东 山东 福建 河南 四川 湖北 湖南
""".split()  # noqa: SIM905 - a list of eighty strings reads worse
TRADES = """
贸易 科技 商贸 实业 国际贸易 电子 电子科技 信息技术 网络科技 机械 机械设备 化工 建材 服饰 食品 餐饮管理
投资管理 文化传媒 广告 物流 供应链管理 医疗器械 生物科技 新能源 汽车零部件 包装材料 五金制品 纺织 家具
塑料制品 进出口 工程 建筑工程 环保科技 农业发展 教育科技 房地产开发 酒店管理 金属制品 仪器
""".split()  # noqa: SIM905 - a list of eighty strings reads worse
FORMS = ["有限公司"] * 14 + ["有限责任公司"] * 3 + ["股份有限公司"] * 2 + ["集团有限公司"]
EVERYDAY = "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏兴切阿"  # noqa: E501
LATIN_FORMS = ("GmbH", "LIMITED", "S.A.", "Fund", "LLC", "B.V.", "Holding AG", "Oy", "S.r.l.", "Inc.", "KG")
COUNTRIES = ("DE", "US", "FR", "GB", "IN", "NL", "IT", "PL", "SE", "BR")


def names(count: int, folder: Path | None = None, seed: int = 1) -> Iterator[tuple[str, str]]:
    """`count` names, each with its country."""
    rng = random.Random(seed)
    latin, short = _given(folder, rng) if folder else _made_up(rng)
    for number in range(count):
        if number % 2:
            yield f"{rng.choice(PLACES)}{rng.choice(short)}{rng.choice(TRADES)}{rng.choice(FORMS)}", "CN"
        elif number // 2 < len(latin):
            yield latin[number // 2]
        else:
            yield _put_together(latin, rng)


def _given(folder: Path, rng: random.Random) -> tuple[list[tuple[str, str]], list[str]]:
    with gzip.open(folder / "gleif_399k.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    latin = [(row[1], row[2]) for row in rows if row[3] != "SOLE_PROPRIETOR"]
    rng.shuffle(latin)
    lines = (folder / "cn_short_names_267k.txt").read_text(encoding="utf-8-sig").splitlines()
    short = [line.strip() for line in lines[3:]]
    return latin, [name for name in short if 2 <= len(name) <= 6 and all("\u4e00" <= c <= "\u9fff" for c in name)]


def _made_up(rng: random.Random) -> tuple[list[tuple[str, str]], list[str]]:
    syllables = [a + b for a in "bcdfghklmnprstvwz" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or", "el")]
    words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))).capitalize() for _n in range(120_000)]
    # Some words stand in many names, most in few.
    weights = [1 / (place + 10) for place in range(len(words))]
    drawn = iter(rng.choices(words, weights, k=1_200_000))
    latin = []
    for _n in range(300_000):
        name = " ".join(next(drawn) for _word in range(rng.randint(1, 4)))
        latin.append((f"{name} {rng.choice(LATIN_FORMS)}", rng.choice(COUNTRIES)))
    return latin, ["".join(rng.choices(EVERYDAY, k=rng.randint(2, 4))) for _n in range(260_000)]


def _put_together(latin: list[tuple[str, str]], rng: random.Random) -> tuple[str, str]:
    name, country = rng.choice(latin)
    words, others = name.split(), rng.choice(latin)[0].split()
    words = words[: rng.randint(1, max(1, len(words) - 1))] + others[-rng.randint(1, min(3, len(others))) :]
    if rng.random() < 0.3 and len(words[0]) > 3:
        donor = rng.choice(latin)[0].split()[0]
        words[0] = words[0][: len(words[0]) // 2 + 1] + donor[len(donor) // 2 :].lower()
    return " ".join(words), country


def with_a_slip(name: str, rng: random.Random) -> str:
    """`name` with one letter or character wrong, missing, too many, or two turned round, anywhere in it."""
    for _try in range(50):
        place = rng.randrange(len(name))
        if not name[place].isalnum():
            continue
        letter = rng.choice(EVERYDAY if name[place] > "\u3000" else "abcdefghijklmnopqrstuvwxyz")
        slipped = rng.choice(
            [
                name[:place] + letter + name[place + 1 :],
                name[:place] + name[place + 1 :],
                name[:place] + letter + name[place:],
                name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :],
            ]
        )
        if slipped.casefold() != name.casefold():
            return slipped
    return name


def swapped(name: str, rng: random.Random) -> str:
    """`name` with its words in another order."""
    words = name.split()
    while len(set(words)) > 1 and (turned := rng.sample(words, len(words))) == words:
        continue
    return " ".join(turned) if len(set(words)) > 1 else name
