"""A plan as JSON and back: every class of a plan is its fields by name, and nothing else is read."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

Made = TypeVar("Made")
Reader = Callable[[Any], Any]


class NotThis(ValueError):
    """What was read is not of the form that was asked for; the message says where."""


def plain(value: Any) -> Any:
    """A class of a plan, and all in it, as objects, lists and scalars of JSON."""
    if is_dataclass(value):
        kind: type = type(value)
        return {name: plain(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    return value


def from_json(form: type[Made], text: str | bytes) -> Made:
    """The opposite of `plain`, strictly: raises NotThis for anything that is missing, unknown or of another type."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotThis(f"not JSON: {error}") from None
    return from_plain(form, data)


def from_plain(form: type[Made], data: Any) -> Made:
    asked: Any = form
    found: Made = _reader(asked)(data)
    return found


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _reader(form: Any) -> Reader:
    """What reads values of this type; `form` is any annotation that stands in a class of a plan."""
    origin, arguments = get_origin(form), get_args(form)
    if origin is Literal:
        return _one_of(arguments)
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if origin is tuple:
        return _tuple(_reader(arguments[0]))
    if origin is dict:
        return _dict(_reader(arguments[1]))
    if is_dataclass(form):
        return _class(form)
    return _scalar(form)


def _scalar(kind: type) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise NotThis(f"{data!r:.60} is no {kind.__name__}")
        return data

    return read


def _one_of(words: tuple[Any, ...]) -> Reader:
    known = {(type(word), word) for word in words}

    def read(data: Any) -> Any:
        if not isinstance(data, (str, int)) or (type(data), data) not in known:
            raise NotThis(f"{data!r:.60} is none of {', '.join(map(repr, words))}")
        return data

    return read


def _tuple(part: Reader) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is not list:
            raise NotThis(f"{data!r:.60} is no list")
        return tuple(map(part, data))

    return read


def _dict(part: Reader) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is not dict:
            raise NotThis(f"{data!r:.60} is no object")
        return {key: part(value) for key, value in data.items()}

    return read


def _union(parts: tuple[Any, ...]) -> Reader:
    """Several classes are told apart by their `kind`; beside them there may be one other type, and None."""
    classes: list[Any] = [part for part in parts if is_dataclass(part)]
    others = [_reader(part) for part in parts if part is not types.NoneType and not is_dataclass(part)]
    nullable = types.NoneType in parts
    kinds = {_kind(one): _reader(one) for one in classes} if len(classes) > 1 else {}
    other = others[0] if others else _reader(classes[0]) if len(classes) == 1 else None

    def read(data: Any) -> Any:
        if data is None and nullable:
            return None
        kind = data.get("kind") if type(data) is dict else None
        found = kinds.get(kind, other) if isinstance(kind, str) else other
        if found is None:
            raise NotThis(f"{data!r:.60} is of no known kind")
        return found(data)

    return read


def _kind(kind: Any) -> object:
    return next(field.default for field in fields(kind) if field.name == "kind")


@cache
def _meaning(module: str, annotation: Any) -> Any:
    """The type that an annotation in this module of ours is; there are few different ones."""
    return eval(annotation, vars(sys.modules[module]))


def _class(kind: Any) -> Reader:
    required = {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}
    types_of: dict[str, Any] = {field.name: field.type for field in fields(kind)}
    readers = {name: _reader(_meaning(kind.__module__, type)) for name, type in types_of.items()}

    def read(data: Any) -> Any:
        if type(data) is not dict:
            raise NotThis(f"{data!r:.60} is no {kind.__name__}")
        if not data.keys() <= readers.keys() or not required <= data.keys():
            raise NotThis(f"{kind.__name__} has other fields than {', '.join(data)[:200]}")
        try:
            return kind(**{name: readers[name](value) for name, value in data.items()})
        except NotThis as error:
            raise NotThis(f"{kind.__name__}: {error}") from None

    return read
