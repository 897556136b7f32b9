"""The ways by which a search finds a buyer, the surest first; buyers/wording.py has the words of each."""

NUMBER = "number"  # the same identifier
NAME = "name"  # the same name, capitals, accents, marks and abbreviations aside
FORM = "form"  # the same name but for the legal form
ORDER = "order"  # the same words in another order
SLIP = "slip"  # one letter differs
BEGINNING = "beginning"  # the name begins so
WORDS = "words"  # all the words stand in it
PART = "part"  # all that was typed stands somewhere in it
ALIKE = "alike"  # spelled much like it

SAME = frozenset({NAME, FORM, ORDER})
SETTLED = frozenset({NAME, ORDER})  # the very words are there: nobody looks for their misspellings
ONE_SLIP = SAME | {SLIP}
WAYS = (NUMBER, NAME, FORM, ORDER, SLIP, BEGINNING, WORDS, PART, ALIKE)
