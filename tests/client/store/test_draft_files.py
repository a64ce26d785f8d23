"""A file arrives in pieces and goes on where the line broke."""

import secrets

import pytest
from sqlalchemy import Engine

from vocu.errors import RefusedError
from vocu.operation.media import MAX_FILE, MAX_FILES
from vocu_client.store.draft_files import PIECE, DraftFiles

DATA = secrets.token_bytes(2 * PIECE + 17)


@pytest.fixture
def files(engine: Engine) -> DraftFiles:
    return DraftFiles(engine, bytes(range(32)))


def code_of(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.code


def test_a_file_in_pieces_comes_back_whole(files: DraftFiles) -> None:
    file = files.begin("d1", "photo.jpg", "image/jpeg", len(DATA), 1000)
    for offset in range(0, len(DATA), PIECE):
        file = files.append(file.id, offset, DATA[offset : offset + PIECE])
    assert file.whole
    assert files.read(file.id) == DATA
    assert files.get(file.id) == file
    assert (file.name, file.media_type, file.draft) == ("photo.jpg", "image/jpeg", "d1")


def test_an_upload_goes_on_where_the_line_broke(files: DraftFiles) -> None:
    file = files.begin("d1", "photo.jpg", "image/jpeg", len(DATA), 1000)
    files.append(file.id, 0, DATA[:PIECE])
    assert files.append(file.id, 0, DATA[:PIECE]).received == PIECE
    with pytest.raises(RefusedError) as refused:
        files.append(file.id, PIECE + 1, DATA[PIECE + 1 : 2 * PIECE])
    assert code_of(refused) == "wrong-offset"
    with pytest.raises(RefusedError) as refused:
        files.read(file.id)
    assert code_of(refused) == "file-incomplete"
    files.append(file.id, files.get(file.id).received, DATA[PIECE : 2 * PIECE])
    files.append(file.id, 2 * PIECE, DATA[2 * PIECE :])
    assert files.read(file.id) == DATA


def test_more_than_was_announced_is_refused(files: DraftFiles) -> None:
    file = files.begin("d1", "photo.jpg", "image/jpeg", 10, 1000)
    with pytest.raises(RefusedError, match="0 of 10 bytes"):
        files.append(file.id, 0, b"x" * 11)


@pytest.mark.parametrize(("size", "code"), [(MAX_FILE + 1, "file-too-large"), (0, "file-empty"), (-1, "file-empty")])
def test_a_file_of_a_wrong_size_is_refused_before_it_is_sent(files: DraftFiles, size: int, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        files.begin("d1", "film.mp4", "video/mp4", size, 1000)
    assert code_of(refused) == code


def test_a_piece_of_more_than_a_mebibyte_is_refused(files: DraftFiles) -> None:
    file = files.begin("d1", "photo.jpg", "image/jpeg", MAX_FILE, 1000)
    with pytest.raises(RefusedError) as refused:
        files.append(file.id, 0, bytes(PIECE + 1))
    assert code_of(refused) == "piece-too-large"


def test_a_draft_has_so_many_files_and_lists_them_in_their_order(files: DraftFiles) -> None:
    for number in range(MAX_FILES):
        files.put("d1", f"{number}.jpg", "image/jpeg", b"x", number)
    with pytest.raises(RefusedError) as refused:
        files.put("d1", "more.jpg", "image/jpeg", b"x", 99)
    assert code_of(refused) == "too-many-files"
    assert [file.name for file in files.of("d1")] == [f"{number}.jpg" for number in range(MAX_FILES)]
    files.remove(files.of("d1")[0].id)
    assert len(files.of("d1")) == MAX_FILES - 1
