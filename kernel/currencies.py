"""Currencies one may trade in, with their minor units.

Source: ISO 4217 list one (SIX), published 2026-01-01; funds, metals and test codes are left out.
"""

WITHOUT_DECIMALS = """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF
"""
TWO_DECIMALS = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
    HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
    USD UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
THREE_DECIMALS = """
    BHD IQD JOD KWD LYD OMR TND
"""
FOUR_DECIMALS = """
    UYW
"""

# currency -> digits after the point
MINOR_UNITS: dict[str, int] = {
    code: digits
    for digits, codes in ((0, WITHOUT_DECIMALS), (2, TWO_DECIMALS), (3, THREE_DECIMALS), (4, FOUR_DECIMALS))
    for code in codes.split()
}

# The currencies offered first in a choice: those most export trade is invoiced in.
OFFERED_FIRST = ("USD", "EUR", "CNY", "GBP", "JPY", "HKD")


def is_currency(code: str) -> bool:
    """True when `code` is a current ISO 4217 currency in capitals."""
    return code in MINOR_UNITS
