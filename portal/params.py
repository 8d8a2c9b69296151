"""Reading the parameters of a rule that people typed: every refusal is a sentence they can act on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

LARGEST = Decimal(10) ** 12
DECIMAL_PLACES = 6


class ParamError(ValueError):
    """A parameter is missing, unknown or out of range; the text is a Chinese sentence."""


def to_decimal(value: object, label: str) -> Decimal:
    """Return a typed-in number as an exact decimal, or raise ParamError naming it by `label`."""
    if value is None or value == "":
        raise ParamError(f"请填写{label}")
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ParamError(f"{label}应填数字")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise ParamError(f"{label}应填数字，现为“{str(value)[:20]}”") from error
    if not number.is_finite() or abs(number) > LARGEST:
        raise ParamError(f"{label}超出可用范围")
    # 30.000 is the same threshold as 30, and -0 the same as 0.
    number = number.normalize() + 0
    if -int(number.as_tuple().exponent) > DECIMAL_PLACES:
        raise ParamError(f"{label}最多保留{DECIMAL_PLACES}位小数")
    return number


def to_plain(number: Decimal) -> int | str:
    """Return a decimal as JSON holds it exactly: a whole number, or text."""
    return int(number) if number == number.to_integral_value() else format(number.normalize(), "f")


@dataclass(frozen=True)
class Params:
    """One rule's parameters as decoded from JSON or a form."""

    values: Mapping[str, object]

    @classmethod
    def of(cls, raw: object, label: str) -> Self:
        if not isinstance(raw, Mapping):
            raise ParamError(f"{label}格式不对，应为名称与值的对照")
        return cls(raw)

    def refuse_others(self, known: Collection[str]) -> None:
        unknown = sorted(str(key) for key in self.values if key not in known)
        if unknown:
            raise ParamError(f"不认识的参数：{'、'.join(unknown)}")

    def decimal(
        self, key: str, label: str, minimum: Decimal | int | None = None, maximum: Decimal | int | None = None
    ) -> Decimal:
        """Return a required number; both limits are allowed values."""
        number = to_decimal(self.values.get(key), label)
        if minimum is not None and number < minimum:
            raise ParamError(f"{label}不能小于{minimum}")
        if maximum is not None and number > maximum:
            raise ParamError(f"{label}不能大于{maximum}")
        return number

    def optional_decimal(
        self, key: str, label: str, minimum: Decimal | int | None = None, maximum: Decimal | int | None = None
    ) -> Decimal | None:
        """Return a number, or None where nothing was filled in."""
        if self.values.get(key) in (None, ""):
            return None
        return self.decimal(key, label, minimum, maximum)

    def whole(self, key: str, label: str, minimum: int, maximum: int) -> int:
        """Return a required whole number; both limits are allowed values."""
        number = self.decimal(key, label, minimum, maximum)
        if number != number.to_integral_value():
            raise ParamError(f"{label}应填整数")
        return int(number)

    def flag(self, key: str, label: str) -> bool:
        """Return a yes or no; nothing filled in is no."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise ParamError(f"{label}应填是或否")
        return value

    def choice(self, key: str, label: str, options: Mapping[str, str]) -> str:
        """Return one of the keys of `options`, whose values are what the user sees."""
        value = self.values.get(key)
        if not isinstance(value, str) or value not in options:
            raise ParamError(f"{label}应从{'、'.join(options.values())}中选择")
        return value

    def items(self, key: str, label: str, most: int) -> list[object]:
        """Return a required list of one to `most` entries."""
        value = self.values.get(key)
        if not isinstance(value, list | tuple) or not value:
            raise ParamError(f"请填写{label}，至少一项")
        if len(value) > most:
            raise ParamError(f"{label}最多{most}项")
        return list(value)
