"""Files of NumPy, spreadsheets and torch become arrays, or are refused in plain words; nothing in them is executed."""

import io
import os
import random
import subprocess
import sys
import warnings
import zipfile

import numpy as np
import pytest
import torch

from lib.tensors.file import TensorFileError, read_tensor_file

NAN, INF = float("nan"), float("inf")


def npy(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def npy_with_shape(shape):
    """A .npy file whose header promises this shape, with hardly any numbers behind it."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return file.getvalue() + bytes(16)


def pt(thing, **options):
    file = io.BytesIO()
    torch.save(thing, file, **options)
    return file.getvalue()


NPY = {
    "float64": np.array([[1.5, NAN], [INF, -0.0]]),
    "float32": np.array([0.1], dtype=np.float32),
    "float16": np.array([0.1], dtype=np.float16),
    "int32": np.array([1, -2], dtype=np.int32),
    "bool": np.array([True, False]),
    "a number": np.array(3.0),
    "no elements": np.zeros((0, 3)),
    "columns first": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "a million": np.zeros(1_000_000, dtype=np.uint8),
}


@pytest.mark.parametrize("array", NPY.values(), ids=NPY)
def test_npy_is_read_as_it_was_saved(array):
    read = read_tensor_file("x.npy", npy(array))
    assert read.dtype == array.dtype and read.shape == array.shape
    np.testing.assert_array_equal(read, array)
    assert read.flags.c_contiguous and read.flags.writeable


def test_npy_of_another_byte_order_comes_in_this_machines():
    read = read_tensor_file("X.NPY", npy(np.array([1.0, 2.0], dtype=">f4")))
    assert read.dtype.isnative and read.tolist() == [1.0, 2.0]


CSV = {
    "commas": ("1,2\n3,4\n", [[1, 2], [3, 4]]),
    "semicolons": ("1;2\n3;4", [[1, 2], [3, 4]]),
    "tabs": ("1\t2\r\n3\t4\r\n", [[1, 2], [3, 4]]),
    "column names": ("a,b\n1,2.5\n3,4\n", [[1.0, 2.5], [3.0, 4.0]]),
    "an index without a name": (",a\n0,2\n1,3", [[0, 2], [1, 3]]),
    "a mark of the encoding": ("\ufeff1,2\n3,4", [[1, 2], [3, 4]]),
    "quotes and blanks": ('"1", 2\n 3 ,"4"', [[1, 2], [3, 4]]),
    "blank lines": ("1,2\n\n \n3,4\n\n", [[1, 2], [3, 4]]),
    "one column is a vector": ("target\n1\n0\n2\n", [1, 0, 2]),
    "one row is a vector": ("0.5,1e-3,1/4", [0.5, 0.001, 0.25]),
    "nan and inf": ("nan,-inf\n1,2", [[NAN, -INF], [1.0, 2.0]]),
    "booleans": ("true,FALSE", [True, False]),
    "Chinese signs": ("１，−２\n３，４", [[1, -2], [3, 4]]),
}


@pytest.mark.parametrize(("text", "meant"), CSV.values(), ids=CSV)
def test_csv_is_read_as_meant(text, meant):
    read = read_tensor_file("x.csv", text.encode())
    assert read.dtype == np.array(meant).dtype
    np.testing.assert_array_equal(read, meant, strict=True)


PT = {
    "float32": (torch.tensor([[1.0, 2.0]]), np.array([[1, 2]], np.float32)),
    "float64": (torch.tensor(0.1, dtype=torch.float64), np.array(0.1)),
    "float16": (torch.tensor([0.5], dtype=torch.float16), np.array([0.5], np.float16)),
    "bfloat16": (torch.tensor([0.5], dtype=torch.bfloat16), np.array([0.5], np.float32)),
    "int64": (torch.tensor([1, -2]), np.array([1, -2])),
    "bool": (torch.tensor([True]), np.array([True])),
    "no elements": (torch.zeros(0, 3), np.zeros((0, 3), np.float32)),
    "requires grad": (torch.ones(2, requires_grad=True), np.ones(2, np.float32)),
    "a parameter": (torch.nn.Parameter(torch.ones(2)), np.ones(2, np.float32)),
    "transposed": (torch.tensor([[1, 2], [3, 4]]).t(), np.array([[1, 3], [2, 4]])),
    "the only one in a dict": ({"weight": torch.ones(2), "step": 3}, np.ones(2, np.float32)),
    "the only one in a list": ([torch.ones(2)], np.ones(2, np.float32)),
}


@pytest.mark.parametrize("suffix", [".pt", ".pth"])
@pytest.mark.parametrize(("saved", "meant"), PT.values(), ids=PT)
def test_pt_is_read_as_it_was_saved(saved, meant, suffix):
    read = read_tensor_file("x" + suffix, pt(saved))
    np.testing.assert_array_equal(read, meant, strict=True)
    assert read.flags.c_contiguous and read.flags.writeable


class Harmful:
    """Unpickling this would set a mark."""

    def __reduce__(self):
        return os.putenv, ("TORCH_BY_HAND_WAS_HERE", "1")


def quantised():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch means to give them up
        return pt(torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8))


def bomb():
    """A small archive that says it unpacks to far too much."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data/0", bytes(65_000_000))
    return file.getvalue()


REFUSED = {
    # case: (name, data, what is said)
    "another suffix": ("x.txt", lambda: b"1", "'x.txt' ends in .txt; expected .npy, .csv, .pt or .pth"),
    "no suffix": ("x", lambda: b"1", "'x' ends in no suffix"),
    "an empty file": ("x.npy", lambda: b"", "'x.npy' is empty"),
    "too many bytes": ("x.csv", lambda: bytes(64_000_001), "64,000,001 bytes; expected at most 64,000,000"),
    "npy-junk": ("x.npy", lambda: b"junk", "the header of the .npy file is damaged"),
    "npy-objects": ("x.npy", lambda: npy(np.array([Harmful()])), "the array holds object; expected floats"),
    "npy-complex": ("x.npy", lambda: npy(np.array([1j])), "the array holds complex128"),
    "npy-text": ("x.npy", lambda: npy(np.array(["a"])), "the array holds <U1"),
    "npy-cut off": ("x.npy", lambda: npy(np.ones(6))[:-3], "the file ends after 45 of 48 bytes"),
    "npy-too many": ("x.npy", lambda: npy_with_shape((10**6 + 1,)), "1,000,001 numbers; expected at most 1,000,000"),
    "npy-far too many": ("x.npy", lambda: npy_with_shape((10**9, 10**9)), "expected at most 1,000,000"),
    "npy-endless nothing": ("x.npy", lambda: npy_with_shape((0, 10**13, 10**13)), "which NumPy refuses"),
    "npy-more than can be printed": (
        "x.npy",
        lambda: npy_with_shape((10**4000, 10**4000)),
        "(…, …): countless numbers",
    ),
    "npy-many dimensions": ("x.npy", lambda: npy_with_shape((2,) * 3000), "(2, 2, 2, 2, 2, 2, 2, 2, …): countless"),
    "npy-a long name": (
        "x.npy",
        lambda: npy(np.zeros(1, [(f"field {i}", "f4") for i in range(300)])),
        "the array holds",
    ),
    "npy-negative": ("x.npy", lambda: npy_with_shape((-1,)), "is damaged (the shape is (-1,))"),
    "csv-a word": ("x.csv", lambda: b"a,b\n1,2\n3,x", "'x' stands in row 3, column 2 (counted from 1)"),
    "csv-an empty cell": ("x.csv", lambda: b"1,\n2,3", "nothing stands in row 1, column 2"),
    "csv-a short row": ("x.csv", lambda: b"1,2\n\n3", "row 3 has 1 number; expected 2, as in row 1"),
    "csv-a decimal comma": (
        "x.csv",
        lambda: b"1,5;2,5",
        "'1,5' stands in row 1, column 1 (counted from 1); expected a",
    ),
    "csv-blanks": ("x.csv", lambda: b"1 2 3", "expected commas between numbers"),
    "csv-booleans and numbers": ("x.csv", lambda: b"true,1", "1 stands in row 1, column 2"),
    "csv-too large": ("x.csv", lambda: b"1e400", "1e400 stands in row 1, column 1 (counted from 1); expected a number"),
    "csv-beyond 64 bits": ("x.csv", lambda: b"1\n9223372036854775808", "stands in row 2, column 1"),
    "csv-only names": ("x.csv", lambda: b"a,b\n", "the file holds no numbers"),
    "csv-blank": ("x.csv", lambda: b"\n\n", "the file holds no numbers"),
    "csv-not UTF-8": ("x.csv", lambda: b"\xff\xfe1", "byte 0 is not UTF-8"),
    "csv-too many": ("x.csv", lambda: b"1,2\n" * 500_001, "expected at most 1,000,000"),
    "csv-only commas": ("x.csv", lambda: b"," * 2_000_000, "2,000,000 cells or more; expected at most 1,000,000"),
    "csv-only blank lines": ("x.csv", lambda: b"\r" * 3_000_000, "3,000,000 cells or more"),
    "csv-an endless cell": ("x.csv", lambda: b"1" * 200_000, "row 1 is not CSV"),
    "pt-junk": ("x.pt", lambda: b"junk", "the file is not a PyTorch file"),
    "pt-cut off": ("x.pt", lambda: pt(torch.ones(3))[:-40], "the file is not a PyTorch file"),
    "pt-before zip": ("x.pt", lambda: pt(torch.ones(2), _use_new_zipfile_serialization=False), "not a PyTorch file"),
    "pt-another archive": ("x.pt", lambda: zip_of("hello.txt"), "torch cannot load the file"),
    "pt-a bomb": ("x.pt", bomb, "the file unpacks to 65,000,000 bytes"),
    "pt-code": ("x.pt", lambda: pt(Harmful()), "the file holds more than tensors and plain values"),
    "pt-a module": ("x.pt", lambda: pt(torch.nn.Linear(2, 2)), "the file holds more than tensors and plain values"),
    "pt-a number": ("x.pt", lambda: pt(3), "the file holds int; expected one written by torch.save(tensor, ...)"),
    "pt-an empty list": ("x.pt", lambda: pt([]), "the file holds list with no tensor; expected exactly one tensor"),
    "pt-two": ("x.pt", lambda: pt({"w": torch.ones(3, 2), "b": torch.ones(3)}), "2 tensors: w (3, 2), b (3,)"),
    "pt-complex": ("x.pt", lambda: pt(torch.tensor([1j])), "the tensor is complex"),
    "pt-sparse": ("x.pt", lambda: pt(torch.eye(2).to_sparse()), "the tensor is sparse"),
    "pt-quantised": ("x.pt", quantised, "the tensor is quantised"),
    "pt-meta": ("x.pt", lambda: pt(torch.ones(2, device="meta")), "the tensor is meta"),
    "pt-too many": ("x.pt", lambda: pt(torch.zeros(1).expand(10**12)), "1,000,000,000,000 numbers; expected at most"),
}


def zip_of(name):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "hello")
    return file.getvalue()


@pytest.mark.parametrize(("name", "data", "says"), REFUSED.values(), ids=REFUSED)
def test_refusals_say_what_the_file_holds(name, data, says):
    with pytest.raises(TensorFileError) as refusal:
        read_tensor_file(name, data())
    assert says in str(refusal.value)
    assert str(refusal.value).isprintable() and len(str(refusal.value)) < 250
    assert "TORCH_BY_HAND_WAS_HERE" not in subprocess_environment()


def subprocess_environment():
    """os.putenv shows only in the environment of a child."""
    return subprocess.run(["env"], capture_output=True, text=True, check=True).stdout


WHOLE = {
    "x.npy": npy(np.arange(3.0)),
    "x.csv": b"a,b\n1,2.5\n3,4\n",
    "x.pt": pt(torch.arange(3.0)),
}


@pytest.mark.parametrize("name", WHOLE)
def test_damaged_files_are_read_or_refused(name):
    dice = random.Random(0)
    for _ in range(1_000):
        data = bytearray(WHOLE[name])
        for _ in range(dice.randrange(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        if dice.random() < 0.2:
            del data[dice.randrange(len(data)) :]
        try:
            assert read_tensor_file(name, bytes(data)).dtype.kind in "biuf"
        except TensorFileError as refusal:
            assert len(str(refusal)) < 250


LARGEST = {
    "only commas": "b',' * 16_000_000",
    "a million numbers": "b'\\n'.join(b'%.12f' % (i / 7) for i in range(1_000_000))",
}


@pytest.mark.parametrize("data", LARGEST.values(), ids=LARGEST)
def test_the_largest_csv_takes_less_than_200_mb(data):
    code = (
        "import resource, lib.tensors.file as f\n"
        f"data = {data}\n"
        "most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = most()\n"
        "try: f.read_tensor_file('x.csv', data[:16_000_000].rstrip(b'.'))\n"
        "except f.TensorFileError: pass\n"
        "print((most() - before) / 1000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 200


def test_torch_is_imported_for_its_own_files_only():
    code = "import sys, lib.tensors.file as f; f.read_tensor_file('x.csv', b'1'); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_csv_needs_no_other_reader_to_know_its_signs():
    code = "import lib.tensors.file as f; print(f.read_tensor_file('x.csv', '−1,nan'.encode()).tolist())"
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[-1.0, nan]"
