import pytest

from sync.connectors.netsuite.growing import Growing
from sync.errors import RejectedError, UnreadableAnswerError

PAGE = b"<page><head><total>2</total></head><list><unit><a>1</a></unit><unit><a>2</a></unit></list><tail/></page>"


def growing() -> Growing:
    return Growing({"unit"}.__contains__)


def names_of(*chunks: bytes) -> list[str]:
    document = growing()
    return [element.tag for chunk in (*chunks, b"") for element in document.feed(chunk)]


class TestGrowing:
    def test_a_unit_comes_out_whole_wherever_the_document_is_cut(self) -> None:
        for cut in range(1, len(PAGE)):
            document, found = growing(), []
            for chunk in (PAGE[:cut], PAGE[cut:], b""):
                found += [each.findtext("a") for one in document.feed(chunk) for each in one.iter("unit")]
            assert found == ["1", "2"], cut

    def test_what_has_ended_comes_out_before_the_rest_is_there(self) -> None:
        document = growing()
        found = [element.tag for element in document.feed(PAGE[: PAGE.index(b"<unit><a>2") + 7])]
        assert found == ["head", "unit"]

    def test_nothing_comes_out_twice(self) -> None:
        document, found = growing(), []
        for at in range(len(PAGE)):
            found += [each.tag for one in document.feed(PAGE[at : at + 1]) for each in one.iter()]
        found += [each.tag for one in document.feed(b"") for each in one.iter()]
        assert sorted(found) == sorted(["page", "head", "total", "list", "unit", "a", "unit", "a", "tail"])

    def test_a_dtd_is_refused_before_what_it_defines_is_used(self) -> None:
        with pytest.raises(RejectedError, match="DTD"):
            list(growing().feed(b'<!DOCTYPE page [<!ENTITY e "x">]><page>'))

    def test_elements_within_elements_without_end_are_refused(self) -> None:
        with pytest.raises(UnreadableAnswerError, match="deeply"):
            list(growing().feed(b"<x>" * 100))

    @pytest.mark.parametrize("charset", ["EBCDIC-37", "no-such-charset", "UTF-7"])
    def test_a_charset_that_is_unknown_is_unreadable(self, charset: str) -> None:
        with pytest.raises(UnreadableAnswerError):
            names_of(f'<?xml version="1.0" encoding="{charset}"?><page/>'.encode())
