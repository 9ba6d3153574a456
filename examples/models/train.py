"""Trains the nodule network on phantoms, measures it on phantoms it has never seen, and writes everything that Ward loads.

    python -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python train.py --out ct-nodule          # about fifteen minutes on one core

The network: six 3x3 convolutions with ReLU and a 1x1 convolution to one logit a cell of 8 pixels.
`heat` is the sigmoid of the logits, `prob` the sigmoid of a scaled maximum, so that a high probability always has a place.
"""

import argparse
import hashlib
import json
import os
import time
from pathlib import Path

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import jax
import jax.numpy as jnp
import numpy as np

import phantom

# (input channels, output channels, kernel, stride)
LAYERS = [(1, 16, 3, 2), (16, 24, 3, 2), (24, 32, 3, 1), (32, 48, 3, 2), (48, 48, 3, 1), (48, 48, 3, 1), (48, 1, 1, 1)]
STRIDE = 8
CENTER, WIDTH = -600.0, 1500.0
CELLS = phantom.SIZE // STRIDE


def window(hu):
    """Hounsfield units to 0...1 in the lung window."""
    return np.clip((hu.astype(np.float32) - (CENTER - WIDTH / 2)) / WIDTH, 0.0, 1.0).astype(np.float32)


def initial(seed):
    rng, layers = np.random.default_rng(seed), []
    for inputs, outputs, kernel, _ in LAYERS:
        deviation = np.sqrt(2.0 / (inputs * kernel * kernel))
        layers.append({"w": jnp.asarray(rng.normal(0, deviation, (outputs, inputs, kernel, kernel)), jnp.float32),
                       "b": jnp.zeros(outputs, jnp.float32)})
    layers[-1]["b"] = jnp.full(1, -4.0, jnp.float32)
    return {"layers": layers, "scale": jnp.float32(1.0), "offset": jnp.float32(0.0)}


def logits(parameters, images):
    """images [n, 1, 256, 256] in 0...1 to cell logits [n, 1, 32, 32]."""
    x = images.transpose(0, 2, 3, 1)
    for index, (layer, (_, _, kernel, stride)) in enumerate(zip(parameters["layers"], LAYERS)):
        pad = kernel // 2
        x = jax.lax.conv_general_dilated(x, layer["w"].transpose(2, 3, 1, 0), (stride, stride), [(pad, pad), (pad, pad)],
                                         dimension_numbers=("NHWC", "HWIO", "NHWC")) + layer["b"]
        if index + 1 < len(LAYERS):
            x = jax.nn.relu(x)
    return x.transpose(0, 3, 1, 2)


def score(parameters, cells):
    return parameters["scale"] * cells.max(axis=(1, 2, 3)) + parameters["offset"]


def loss(parameters, images, heat, label):
    cells = logits(parameters, images)
    p = jax.nn.sigmoid(cells)
    cross = -(heat * jax.nn.log_sigmoid(cells) + (1 - heat) * jax.nn.log_sigmoid(-cells))
    focal = (jnp.abs(heat - p) ** 2 * cross * jnp.where(heat > 0.05, 4.0, 1.0)).sum(axis=(1, 2, 3))
    s = score(parameters, cells)
    whole = -(label * jax.nn.log_sigmoid(s) + (1 - label) * jax.nn.log_sigmoid(-s))
    return (focal + whole).mean()


@jax.jit
def step(parameters, moments, images, heat, label, rate, count):
    value, gradient = jax.value_and_grad(loss)(parameters, images, heat, label)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradient)
    second = jax.tree.map(lambda m, g: 0.999 * m + 0.001 * g * g, moments[1], gradient)
    a, b = 1 - 0.9 ** count, 1 - 0.999 ** count
    parameters = jax.tree.map(lambda p, m, v: p - rate * (m / a / (jnp.sqrt(v / b) + 1e-8) + 1e-4 * p), parameters, first, second)
    return parameters, (first, second), value


def target(nodules):
    """A Gaussian of about a cell's width at each nodule: [n, 1, 32, 32]."""
    heat = np.zeros((len(nodules), 1, CELLS, CELLS), np.float32)
    y, x = np.mgrid[0:CELLS, 0:CELLS].astype(np.float32)
    for index, nodule in enumerate(nodules):
        if nodule is not None:
            row, column = (nodule[0] + 0.5) / STRIDE - 0.5, (nodule[1] + 0.5) / STRIDE - 0.5
            heat[index, 0] = np.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * 0.6 ** 2))
    return heat


def train(images, nodules, epochs, batch, seed):
    parameters = initial(seed)
    moments = (jax.tree.map(jnp.zeros_like, parameters), jax.tree.map(jnp.zeros_like, parameters))
    heat, label = target(nodules), np.array([n is not None for n in nodules], np.float32)
    rng, count, total, start = np.random.default_rng(seed), 0, epochs * (len(images) // batch), time.time()
    for epoch in range(epochs):
        order, sum_ = rng.permutation(len(images)), 0.0
        for first in range(0, len(order) - batch + 1, batch):
            chosen = order[first:first + batch]
            x, h = window(images[chosen] + rng.normal(0, 15, (batch, 1, 1)))[:, None], heat[chosen]
            if rng.uniform() < 0.5:
                x, h = x[..., ::-1], h[..., ::-1]
            if rng.uniform() < 0.5:
                x, h = x[..., ::-1, :], h[..., ::-1, :]
            count += 1
            rate = 2e-3 * min(1.0, count / 50) * 0.5 * (1 + np.cos(np.pi * count / total))
            parameters, moments, value = step(parameters, moments, np.ascontiguousarray(x), np.ascontiguousarray(h), label[chosen],
                                              np.float32(rate), np.float32(count))
            sum_ += float(value)
        print(f"epoch {epoch + 1}/{epochs}  loss {sum_ / (len(images) // batch):.4f}  {time.time() - start:.0f} s", flush=True)
    return parameters


@jax.jit
def infer(parameters, images):
    cells = logits(parameters, images)
    return jax.nn.sigmoid(score(parameters, cells)), jax.nn.sigmoid(cells)


def peak(heat):
    """Row and column in pixels of the heat map's maximum, refined by the centroid of its 3x3 neighbourhood."""
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    rows, columns = slice(max(row - 1, 0), row + 2), slice(max(column - 1, 0), column + 2)
    y, x = np.mgrid[rows, columns]
    weight = heat[rows, columns]
    return [float((v * weight).sum() / weight.sum() + 0.5) * STRIDE - 0.5 for v in (y, x)]


def measure(parameters, images, nodules):
    prob, heat = [], []
    for first in range(0, len(images), 20):
        p, h = infer(parameters, window(images[first:first + 20])[:, None])
        prob.append(np.asarray(p))
        heat.append(np.asarray(h))
    prob, heat = np.concatenate(prob), np.concatenate(heat)
    label = np.array([n is not None for n in nodules])
    positive, negative = prob[label], prob[~label]
    auc = float(((positive[:, None] > negative).sum() + 0.5 * (positive[:, None] == negative).sum()) / (len(positive) * len(negative)))
    distance = np.array([np.hypot(*(np.array(peak(heat[i, 0])) - nodules[i][:2])) for i in np.flatnonzero(label)])
    return {"images": len(images), "positives": int(label.sum()), "auc": round(auc, 4),
            "accuracyAtHalf": round(float(((prob >= 0.5) == label).mean()), 4),
            "sensitivityAtHalf": round(float((positive >= 0.5).mean()), 4), "specificityAtHalf": round(float((negative < 0.5).mean()), 4),
            "peakWithin8Pixels": round(float((distance <= 8).mean()), 4), "medianPeakDistancePixels": round(float(np.median(distance)), 2)}


def write_onnx(parameters, path):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, name = [], [], "image"

    def constant(label, value):
        constants.append(numpy_helper.from_array(np.asarray(value), label))
        return label

    for index, (layer, (_, _, kernel, stride)) in enumerate(zip(parameters["layers"], LAYERS)):
        inputs = [name, constant(f"w{index}", layer["w"]), constant(f"b{index}", layer["b"])]
        nodes.append(helper.make_node("Conv", inputs, [f"c{index}"], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4))
        name = f"c{index}"
        if index + 1 < len(LAYERS):
            nodes.append(helper.make_node("Relu", [name], [f"r{index}"]))
            name = f"r{index}"
    nodes.append(helper.make_node("Sigmoid", [name], ["heat"]))
    nodes.append(helper.make_node("GlobalMaxPool", [name], ["max"]))
    nodes.append(helper.make_node("Mul", ["max", constant("scale", np.float32(parameters["scale"]))], ["scaled"]))
    nodes.append(helper.make_node("Add", ["scaled", constant("offset", np.float32(parameters["offset"]))], ["score"]))
    nodes.append(helper.make_node("Flatten", ["score"], ["flat"]))
    nodes.append(helper.make_node("Sigmoid", ["flat"], ["prob"]))
    size = phantom.SIZE
    graph = helper.make_graph(nodes, "ct-nodule", [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, size, size])],
                              [helper.make_tensor_value_info("prob", TensorProto.FLOAT, [1, 1]),
                               helper.make_tensor_value_info("heat", TensorProto.FLOAT, [1, 1, CELLS, CELLS])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="ward examples/models/train.py")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())


def write_kernel(parameters, path):
    """The file of Ward's built-in kernel: see Sources/CImaging/kernel.c for the layout."""
    out = bytearray(b"WARDNET1")
    out += np.array([1, phantom.SIZE, phantom.SIZE, len(LAYERS)], "<u4").tobytes()
    for index, (layer, (inputs, outputs, kernel, stride)) in enumerate(zip(parameters["layers"], LAYERS)):
        out += np.array([inputs, outputs, kernel, stride, kernel // 2, int(index + 1 < len(LAYERS))], "<u4").tobytes()
        out += np.asarray(layer["w"], "<f4").tobytes() + np.asarray(layer["b"], "<f4").tobytes()
    out += np.array([parameters["scale"], parameters["offset"]], "<f4").tobytes()
    path.write_bytes(out)


def write_golden(parameters, out):
    """One phantom as DICOM and the outputs it must give."""
    image = phantom.make(np.random.default_rng(20260101), with_nodule=True)
    phantom.write_dicom(out / "golden.dcm", image.hu, number=1)
    prob, heat = infer(parameters, window(image.hu)[None, None])
    expected = {"outputs": {"prob": [round(float(prob[0]), 7)], "heat": [round(float(v), 7) for v in np.asarray(heat).reshape(-1)]},
                "nodule": dict(zip(("row", "column", "radius"), [round(v, 2) for v in image.nodule]))}
    (out / "golden.json").write_text(json.dumps(expected) + "\n")


def write_manifest(out, metrics):
    digest = lambda name: hashlib.sha256((out / name).read_bytes()).hexdigest()
    lung = {"window": {"kind": "fixed", "center": CENTER, "width": WIDTH}}
    manifest = {
        "format": 1,
        "name": "ct-nodule",
        "version": "1",
        "title": "Lung nodule on a chest CT slice (synthetic phantoms)",
        "notice": "Synthetic demonstration model. Not for clinical use.",
        "modalities": {
            "CT": {**lung, "meaning": "probability and place of a nodule, as drawn by examples/models/phantom.py"},
            "MR": {"window": {"kind": "percentile", "low": 1, "high": 99},
                   "meaning": "undefined: the network was never trained on MR; a technical demonstration of the pipeline"},
        },
        "input": {"name": "image", "rows": phantom.SIZE, "columns": phantom.SIZE},
        "outputs": [{"name": "prob", "kind": "probability", "shape": [1, 1]},
                    {"name": "heat", "kind": "heatmap", "shape": [1, 1, CELLS, CELLS]}],
        "files": [{"role": "onnx", "path": "model.onnx", "sha256": digest("model.onnx")},
                  {"role": "kernel", "path": "model.wardnet", "sha256": digest("model.wardnet")},
                  {"role": "golden-image", "path": "golden.dcm", "sha256": digest("golden.dcm")},
                  {"role": "golden-outputs", "path": "golden.json", "sha256": digest("golden.json")}],
        "goldenTolerance": 0.002,
        "metrics": {key: metrics["test"][key] for key in ("images", "auc", "accuracyAtHalf", "peakWithin8Pixels")},
    }
    (out / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description="Train, measure and export the phantom nodule network.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "ct-nodule")
    parser.add_argument("--images", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=13)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--test-images", type=int, default=1000)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    print(f"drawing {options.images} + {options.test_images} phantoms", flush=True)
    images, nodules = phantom.dataset(1, options.images)
    test_images, test_nodules = phantom.dataset(2, options.test_images)
    start = time.process_time()
    parameters = jax.tree.map(np.asarray, train(images, nodules, options.epochs, options.batch, seed=3))
    seconds = time.process_time() - start
    count = int(sum(np.asarray(value).size for value in jax.tree.leaves(parameters)))
    metrics = {"parameters": count, "trainingImages": options.images, "epochs": options.epochs, "trainingCPUSeconds": round(seconds),
               "testSeed": 2, "test": measure(parameters, test_images, test_nodules)}
    write_onnx(parameters, options.out / "model.onnx")
    write_kernel(parameters, options.out / "model.wardnet")
    write_golden(parameters, options.out)
    (options.out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    write_manifest(options.out, metrics)
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()
