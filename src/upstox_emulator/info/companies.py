"""The companies behind the shares: what they do, how many shares there are, and who is like them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.info.chance import between, pick
from upstox_emulator.units import PER_RUPEE


class Industry(msgspec.Struct, frozen=True):
    """What the companies of an industry have in common.

    Attributes:
        activity: what they do, as a part of a sentence.
        earnings_multiple: the price of a share, in years of its earnings.
        margin: the part of the revenue that is left as profit.
        leverage: liabilities to equity.
        lends: whether it is banks and insurers, whose balance sheets are of another kind.
    """

    activity: str
    earnings_multiple: float
    margin: float
    leverage: float
    lends: bool = False


_INDUSTRIES: Final[dict[str, Industry]] = {
    "Financial Services": Industry("banking, lending, insurance and the management of assets", 18, 0.19, 6.5, True),
    "Automobile and Auto Components": Industry("the making of vehicles and their components", 26, 0.08, 0.9),
    "Capital Goods": Industry("engineering, and the making of equipment for industry and defence", 48, 0.11, 1.0),
    "Power": Industry("the generation, transmission and distribution of electricity", 24, 0.14, 1.8),
    "Healthcare": Industry("medicines, hospitals and diagnostic services", 36, 0.15, 0.6),
    "Fast Moving Consumer Goods": Industry("food, drinks, and household and personal care", 52, 0.15, 0.6),
    "Metals & Mining": Industry("the mining of ores and the making of metals", 16, 0.1, 1.1),
    "Oil Gas & Consumable Fuels": Industry("the exploration, refining and sale of oil, gas and fuels", 14, 0.07, 1.1),
    "Information Technology": Industry("software, consulting and outsourced services", 27, 0.17, 0.5),
    "Consumer Services": Industry("retail, hospitality and online services", 60, 0.08, 0.8),
    "Construction Materials": Industry("cement and other building materials", 38, 0.1, 0.7),
    "Consumer Durables": Industry("jewellery, paints, and electrical and other durable goods", 58, 0.08, 0.9),
    "Services": Industry("ports, logistics, aviation and other services", 32, 0.12, 1.5),
    "Telecommunication": Industry("mobile and fixed networks and digital services", 34, 0.13, 2.4),
    "Realty": Industry("the development of homes, offices and shopping centres", 42, 0.2, 1.2),
    "Chemicals": Industry("specialty, agricultural and industrial chemicals", 44, 0.1, 0.8),
    "Construction": Industry("the building of infrastructure and of plants", 34, 0.06, 1.8),
}
_OTHER: Final = Industry("business in India and abroad", 30, 0.1, 1.0)

_FACE_VALUES: Final = (1, 2, 5, 10)


class Company(msgspec.Struct, frozen=True):
    """A listed company.

    Attributes:
        isin, key, symbol, name: of its share on the National Stock Exchange.
        sector: its industry's name. industry: what it has in common with others of it.
        anchor: the price of a share, in rupees, that its earnings of the year to March 2026 are measured by.
        shares: how many there are, in crore.
        face_value: of a share, in rupees.
    """

    isin: str
    key: str
    symbol: str
    name: str
    sector: str
    industry: Industry
    anchor: float
    shares: float
    face_value: int

    @property
    def profile(self) -> str:
        """What it does."""
        return (
            f"{self.name} is an Indian company of the sector {self.sector}. It is engaged in {self.industry.activity}."
        )


class Companies:
    """All companies whose shares are listed.

    Parameters:
        seed: what is not known of them follows from it.
        shares: the shares of the catalogue; funds and bonds among them are no companies.
    """

    def __init__(self, seed: int, shares: Iterable[Instrument]) -> None:
        listed = [share for share in shares if share.segment == "NSE_EQ" and share.industry and share.isin]
        self._by_isin = {company.isin: company for company in (_company(seed, share) for share in listed)}

    def find(self, isin: str) -> Company | None:
        """The company of an ISIN."""
        return self._by_isin.get(isin)

    def of_sector(self, sector: str) -> list[Company]:
        """All of a sector."""
        return [company for company in self._by_isin.values() if company.sector == sector]


def _company(seed: int, share: Instrument) -> Company:
    isin, sector, anchor = share.isin or "", share.industry or "", share.anchor / PER_RUPEE
    worth = 60_000 * 25 ** between(0, 1, seed, isin, "worth")  # crore rupees: 60,000 to 1,500,000
    return Company(
        isin=isin,
        key=share.key,
        symbol=share.symbol,
        name=share.name,
        sector=sector,
        industry=_INDUSTRIES.get(sector, _OTHER),
        anchor=anchor,
        shares=round(worth / anchor, 2),
        face_value=pick(_FACE_VALUES, seed, isin, "face value"),
    )
