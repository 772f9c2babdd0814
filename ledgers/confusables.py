"""Which characters look like another one?

Facts, as small tables: which letters and signs of Latin, Greek, Cyrillic, Armenian and Cherokee, and which kanji and
kana, are drawn like an ASCII letter, digit or sign, or like each other. What follows from it is in ledgers/identity.py.

Source: Unicode Technical Standard 39, Unicode Security Mechanisms, data file confusables.txt, version 15.0: the
single characters with a prototype of a single character. Compatibility characters (full-width letters, mathematical
letters, ligatures) are left out, for normalization takes them first; so is a prototype of two letters (m as r n).
"""

from __future__ import annotations

import unicodedata

LISTED = {
    "'": "‘’‛′‵", "*": "⁎∗", ",": "‚", "-": "‐‒–⁃−", "/": "⁄∕", "2": "ƧꙄꝚ", "3": "ƷȜЗӠꝪꞫ", "4": "Ꮞ",
    "5": "Ƽ", "6": "бᏮ", "8": "Ȣȣ", "9": "Ꝯ", ":": "∶", "A": "ΑАᎪ", "B": "ΒВᏴꞴ", "C": "СᏟ", "D": "Ꭰ",
    "E": "ΕЕᎬ", "F": "ϜꞘ", "G": "ԌᏀᏳ", "H": "ΗНᎻ", "J": "ͿЈᎫꞲ", "K": "ΚКᏦ", "L": "Ꮮ", "M": "ΜϺМᎷ", "N": "Ν",
    "O": "ΟОՕ", "P": "ΡРᏢ", "R": "ƦᎡᏒ", "S": "ЅՏᏕᏚ", "T": "ΤТᎢ", "U": "Ս", "V": "ѴᏙ", "W": "ԜᎳᏔ",
    "X": "ΧХꞳ", "Y": "ΥУҮᎩᎽ", "Z": "ΖᏃ", "a": "ɑαа", "b": "ƄЬᏏ", "c": "сᴄꮯ", "d": "ԁᏧ", "e": "еҽꬲ",
    "f": "քẝꞙꬵ", "g": "ƍɡցᶃ", "h": "һհᏂ", "i": "ıɩɪιіӏᎥꙇꭵ", "j": "ϳј", "l": "ƖǀΙІӀ", "n": "ոռ",
    "o": "οσоօᴏᴑꬽ", "p": "ρр", "q": "ԛգզ", "r": "гᴦꭇꭈꮁ", "s": "ƽѕꜱꮪ", "u": "ʋυսᴜꞟꭎꭒ", "v": "νѵᴠꮩ",
    "w": "ɯѡԝաᴡꮃ", "x": "х", "y": "ɣʏγуүᶌỿꭚ", "z": "ᴢꮓ",
}
"""ASCII character: those that the standard says look like it."""

BY_CASE = {
    "2": "ƨꙅꝛ", "3": "ʒȝɜзӡꝫ", "4": "ꮞ", "6": "Бꮾ", "9": "ꝯ", "A": "Ɑ", "D": "Ԁ", "E": "Ҽ", "F": "Ք",
    "G": "ꞬՑ", "H": "ҺՀ", "I": "ꞮꙆ", "N": "ՈՌ", "O": "Σ", "Q": "ԚԳԶ", "R": "ГᎱ", "U": "ƲꞞ", "W": "ƜѠԱ",
    "Y": "ƔΓỾ", "a": "ꭺ", "b": "ƅβвᲀьꮟᏼꞵ", "c": "ᲃ", "d": "ꭰꮷ", "e": "εꭼ", "f": "ϝ", "g": "ԍꮐᏻ",
    "h": "ηнꮋꮒ", "j": "ʝꭻ", "k": "κкꮶ", "l": "ꮮ", "m": "μϻмꮇ", "o": "ςᲂ", "p": "ꮲ", "r": "ʀꭱꮢ", "s": "տꮥ",
    "t": "τтᲄᲅꭲ", "w": "ꮤ", "x": "χꭓ", "y": "ꭹꮍ", "z": "ζ",
}
"""ASCII letter: those that differ only in case from one that is listed, and look like no other: so that a text written
in capitals and one in small letters come to the same."""

KANA = dict(zip("二八力工口卜夕一へべぺ", "ニハカエロトターヘベペ", strict=True))
"""Kanji and hiragana: the katakana that each looks like."""

ASCII = dict.fromkeys("iIl|", "1") | dict.fromkeys("oO", "0")
"""Among ASCII itself: letters that look like a digit. The standard takes the digit for the letter; ids are digits."""


def look_alikes() -> dict[str, str]:
    """Give each character that looks like another with that other, those with an accent too.

    >>> look_alikes()["а"], look_alikes()["ё"], look_alikes()["ё"] == "ë"
    ('a', 'ë', True)
    """
    plain = dict(KANA)
    for letter, alikes in (*LISTED.items(), *BY_CASE.items()):
        plain |= dict.fromkeys(alikes, letter)
    accented: dict[str, str] = {}
    for start, stop in ((0x370, 0x530), (0x1F00, 0x2000)):
        for code in range(start, stop):
            apart = unicodedata.normalize("NFD", chr(code))
            if len(apart) > 1 and apart[0] in plain and unicodedata.is_normalized("NFC", chr(code)):
                accented[chr(code)] = unicodedata.normalize("NFC", plain[apart[0]] + apart[1:])
    return plain | accented
