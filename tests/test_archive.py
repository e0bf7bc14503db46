"""The safe view of archives: what it lists and reads, and what it refuses."""

import bz2
import gzip
import io
import os
import stat
import tarfile
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import SourceError
from workbench.sources import archive as archives
from workbench.sources import registry
from workbench.sources.archive import MB, Limits, decode, is_archive, load_json, load_list, open_archive

FILES = {"a.txt": b"one", "b/c.txt": "né".encode(), "b/d/e.json": b"[1]"}
KINDS = ("zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "folder")


def made(folder, kind, files=FILES, name="export"):
    """The files as an archive of that kind."""
    path = folder / (name if kind == "folder" else f"{name}.{kind}")
    if kind == "folder":
        for inner, data in files.items():
            (path / inner).parent.mkdir(parents=True, exist_ok=True)
            (path / inner).write_bytes(data)
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for inner, data in files.items():
                archive.writestr(inner, data)
    else:
        with tarfile.open(path, "w:" + kind.partition(".")[2]) as archive:
            for inner, data in files.items():
                info = tarfile.TarInfo(inner)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return path


def refusal(path, **limits) -> str:
    with pytest.raises(SourceError) as caught:
        open_archive(path, limits=replace(Limits(), **limits))
    assert path.name in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_lists_the_same_names_in_one_order_and_reads_the_same_bytes(tmp_path, kind):
    path = made(tmp_path, kind, dict(reversed(FILES.items())))
    before = sorted(tmp_path.rglob("*"))
    assert is_archive(path)
    with open_archive(path) as archive:
        assert archive.names == ("a.txt", "b/c.txt", "b/d/e.json")
        assert {name: archive.read(name) for name in reversed(archive.names)} == FILES
        with archive.open("b/c.txt") as stream:
            assert (stream.read(1), stream.read()) == (b"n", "é".encode())
    assert sorted(tmp_path.rglob("*")) == before  # nothing is unpacked to disk


@pytest.mark.parametrize("kind", KINDS)
def test_all_importers_look_into_an_archive_that_was_opened_once_and_is_closed_after_them(tmp_path, kind, monkeypatch):
    views, opened = [], archives._opened
    monkeypatch.setattr(archives, "_opened", lambda *given: views.append(opened(*given)) or views[-1])
    path = made(tmp_path, kind)
    assert registry.first(path, registry.sources()) is None
    assert len(views) == 1
    if kind in ("zip", "tar"):
        with pytest.raises(SourceError):
            views[0].read("a.txt")
    with open_archive(path) as archive:
        assert archive.read("a.txt") == b"one"
    assert len(views) == 2


def test_other_files_are_no_archives(tmp_path):
    for name, data in {
        "a.csv": b"id;name", "b.zip": b"", "c.csv.gz": gzip.compress(b"id;name"), "d.gz": b"\x1f\x8bbroken",
        "e.bz2": bz2.compress(b"x" * 600),
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(data)
        assert not is_archive(tmp_path / name)
        assert "no archive" in refusal(tmp_path / name)


@pytest.mark.parametrize(("magic", "kind"), [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07\x01\0", "rar")])
def test_a_7z_or_rar_is_to_be_unpacked_first(tmp_path, magic, kind):
    path = tmp_path / "dump"
    path.write_bytes(magic + b"\0" * 600)
    with pytest.raises(SourceError, match=f"dump is a {kind} archive.*unpack it and give the folder"):
        is_archive(path)


@pytest.mark.parametrize(
    "name", ["../out.txt", "a/../../out.txt", "/etc/out.txt", "C:/out.txt", "C:\\out.txt", "..\\out.txt"]
)
@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_a_name_outside_is_refused(tmp_path, kind, name):
    assert "names a place outside itself" in refusal(made(tmp_path, kind, {"a.txt": b"", name: b""}))


def test_names_with_dots_colons_and_backslashes_that_stay_inside_are_fine(tmp_path):
    path = made(tmp_path, "zip", {"a\\b.txt": b"", "FC:F062:plan/x..json": b"", "./c.txt": b""})
    with open_archive(path) as archive:
        assert archive.names == ("FC:F062:plan/x..json", "a/b.txt", "c.txt")
        assert archive.read("a/b.txt") == b""


def link(path, kind, name, target):
    if kind == "folder":
        path.mkdir()
        (path / name).parent.mkdir(exist_ok=True)
        os.symlink(target, path / name)
    elif kind == "zip":
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(info, target)
    else:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = (tarfile.LNKTYPE if kind == "hard" else tarfile.SYMTYPE), target
        with tarfile.open(path, "w") as archive:
            archive.addfile(info)
    return path


@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
def test_a_link_to_the_outside_is_refused_and_one_inside_is_not_listed_twice(tmp_path, kind):
    for number, target in enumerate(("/etc/hosts", "../../secret", "../b/../../secret")):
        assert "outside itself" in refusal(link(tmp_path / f"out{number}", kind, "b/link", target))
    with open_archive(link(tmp_path / "in", kind, "b/link", "../a.txt")) as archive:
        assert archive.names == ()


def test_a_hard_link_to_the_outside_is_refused(tmp_path):
    assert "outside itself" in refusal(link(tmp_path / "hard.tar", "hard", "b/link", "../a.txt"))


def test_a_pipe_in_a_folder_or_tar_is_not_waited_for(tmp_path):
    path = made(tmp_path, "folder")
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes on this system")
    os.mkfifo(path / "pipe.json")
    with open_archive(path) as archive:
        assert "pipe.json" not in archive.names


def test_a_bomb_is_refused_and_the_limit_is_told(tmp_path):
    path = made(tmp_path, "zip", {"zeros": bytes(4 * MB)})
    told = refusal(path, small_bytes=MB)
    assert "times its size when unpacked, the limit is 250 times" in told and "give the folder" in told
    assert "4 MB when unpacked, the limit is 2 MB" in refusal(path, small_bytes=MB, total_bytes=2 * MB)


def test_many_entries_that_share_the_same_bytes_are_refused(tmp_path):
    """The tempting check is per entry; the worst bombs keep every entry modest and overlap them."""
    path = made(tmp_path, "zip", {f"{number}": bytes(MB // 4) for number in range(8)})
    with zipfile.ZipFile(path) as archive:
        assert all(info.file_size <= MB // 4 for info in archive.infolist())
    assert "times its size" in refusal(path, small_bytes=MB)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "folder"])
def test_too_many_files_are_refused(tmp_path, kind):
    assert "3 files, the limit is 2" in refusal(made(tmp_path, kind), files=2)


def test_a_packed_tar_is_unpacked_in_memory_up_to_a_limit(tmp_path):
    path = made(tmp_path, "tar.gz", {"zeros": bytes(2 * MB)})
    assert "unpacks to more than 1 MB" in refusal(path, whole_bytes=MB)


def test_a_file_read_at_once_has_a_limit_and_a_stream_has_none(tmp_path):
    path = made(tmp_path, "zip", {"day.json": bytes(2000)})
    with open_archive(path, limits=replace(Limits(), whole_bytes=1000)) as archive:
        with pytest.raises(SourceError, match=r"day\.json in export\.zip holds 2,000 bytes.*up to 1,000 bytes"):
            archive.read("day.json")
        with archive.open("day.json") as stream:
            assert len(stream.read()) == 2000


def test_an_encrypted_archive_is_refused_with_what_to_do(tmp_path):
    path = made(tmp_path, "zip")
    data = bytearray(path.read_bytes())
    for magic, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(magic) + flags] |= 1
    path.write_bytes(data)
    assert "a.txt in export.zip is encrypted. Unpack it with its password" in refusal(path)


def test_an_archive_inside_stays_closed(tmp_path):
    inner = made(tmp_path, "zip", name="inner").read_bytes()
    with open_archive(made(tmp_path, "zip", {"inner.zip": inner})) as archive:
        assert archive.names == ("inner.zip",)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_a_truncated_archive_says_so(tmp_path, kind):
    path = made(tmp_path, kind, {"a.txt": os.urandom(5000)})
    path.write_bytes(path.read_bytes()[:3000])
    assert "cannot be read" in refusal(path) and "fetch or export it again" in refusal(path)


def test_a_damaged_file_is_told_with_its_name_while_others_are_read(tmp_path):
    path = made(tmp_path, "zip", {"a.txt": b"x" * 100, "b.txt": b"fine"})
    data = bytearray(path.read_bytes())
    data[data.index(b"a.txt") + 6] ^= 0xFF
    path.write_bytes(data)
    with open_archive(path) as archive:
        with pytest.raises(SourceError, match=r"a\.txt in export\.zip cannot be read"):
            archive.read("a.txt")
        assert archive.read("b.txt") == b"fine"


def test_what_systems_leave_behind_is_not_listed(tmp_path):
    left = {"__MACOSX/b/._c.txt": b"", "b/._c.txt": b"", ".DS_Store": b"", "b/Thumbs.db": b"", "b/DS_Store.txt": b""}
    with open_archive(made(tmp_path, "zip", FILES | left)) as archive:
        assert archive.names == ("a.txt", "b/DS_Store.txt", "b/c.txt", "b/d/e.json")


def test_the_home_of_an_export_is_the_top_or_one_top_folder(tmp_path):
    for number, (files, home) in enumerate(
        [
            (["users.json", "x/users.json"], ""),
            (["x/Users.JSON", "y/other.json"], "x/"),
            (["x/y/users.json"], None),
            ([], None),
        ]
    ):
        with open_archive(made(tmp_path, "zip", dict.fromkeys(files, b""), name=str(number))) as archive:
            assert archive.home(["users.json"]) == home


def test_names_in_utf8_are_read_as_such_even_unflagged(tmp_path):
    path = made(tmp_path, "zip", {"café.txt": b""})
    data = bytearray(path.read_bytes())
    for magic, flags in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
        data[data.index(magic) + flags] &= ~0x08
    path.write_bytes(data)
    with open_archive(path) as archive:
        assert archive.names == ("café.txt",)
        assert archive.read("café.txt") == b""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_and_json_of_common_encodings_are_read(encoding):
    assert decode("« Élodie »".encode(encoding)) == "« Élodie »"
    assert load_json('["« Élodie »"]'.encode(encoding)) == ["« Élodie »"]


def test_one_wrong_byte_does_not_spoil_the_other_letters():
    assert decode("é".encode() * 9 + b"\xff") == "é" * 9 + "\ufffd"


@given(st.text())
def test_any_text_survives_utf8(text):
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@pytest.mark.parametrize("data", [b"", b"[1,", b"[" * 100_000, b"{]", b"[1]x", b"[" + b"9" * 5000 + b"]"])
def test_what_is_no_json_is_a_clear_error(data):
    with pytest.raises(SourceError, match="not valid JSON"):
        load_json(data)


def test_a_list_is_read_item_by_item_and_a_broken_item_spoils_no_other():
    items = load_list(b'[1, {"a": "\xff"}, ' + b"9" * 5000 + b", 2]")
    assert list(items) == [1, {"a": "ÿ"}, None, 2]
    with pytest.raises(SourceError, match="no JSON list"):
        load_list(b"{}")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(KINDS[:-1]), st.data())
def test_a_damaged_archive_is_read_or_refused_and_nothing_else(tmp_path, kind, data):
    whole = made(tmp_path, kind).read_bytes()
    cut = bytearray(whole[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))])
    for _ in range(data.draw(st.integers(0, 6))):
        if cut:
            cut[data.draw(st.integers(0, len(cut) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path / "damaged"
    path.write_bytes(cut)
    try:
        if is_archive(path):
            with open_archive(path) as archive:
                for name in archive.names:
                    archive.read(name)
    except SourceError as error:
        assert "damaged" in str(error)
