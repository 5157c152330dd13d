"""The same causal decoder in PyTorch, beside ours, in turns; see causal.sh.
  causal_pytorch.py PROGRAM SIZE VOCABULARY SEQUENCES TOKENS ROUNDS PAIRS [MODES…]
MODES: eager, compiled. Without PROGRAM's peer (--one MODE WEIGHTS HEADS …) it is one measurement, printed as one line."""

import json
import pathlib
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time


def weights_of(path):
    """Tensors of a safetensors file of float32, by name."""
    import torch
    data = pathlib.Path(path).read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(entry["shape"])
    return tensors


def tokens_of(sequences, tokens, vocabulary):
    import torch
    state, stream = 1, []
    for _ in range(sequences * (tokens + 1)):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        stream.append((state >> 33) % vocabulary)
    return torch.tensor(stream).reshape(sequences, tokens + 1)


def decoder(weights, heads):
    """Loss of tokens (B, T + 1), and the parameters."""
    import torch
    from torch.nn import functional as F
    p = {name: tensor.requires_grad_() for name, tensor in weights.items()}
    width = p["model.norm.weight"].shape[0]
    layers = sum(name.endswith("q_proj.weight") for name in p)
    half = width // heads // 2

    def norm(x, name):
        return F.rms_norm(x, (width,), p[name], 1e-5)

    def turned(x, cosine, sine):
        a, b = x[..., :half], x[..., half:]
        return torch.cat((a * cosine - b * sine, b * cosine + a * sine), -1)

    def attention(x, layer, cosine, sine):
        name = f"model.layers.{layer}.self_attn."
        q, k, v = (F.linear(x, p[f"{name}{part}_proj.weight"]).unflatten(-1, (heads, -1)).transpose(1, 2)
                   for part in "qkv")
        mixed = F.scaled_dot_product_attention(turned(q, cosine, sine), turned(k, cosine, sine), v, is_causal=True)
        return F.linear(mixed.transpose(1, 2).flatten(2), p[f"{name}o_proj.weight"])

    def feed_forward(x, layer):
        name = f"model.layers.{layer}.mlp."
        return F.linear(F.silu(F.linear(x, p[f"{name}gate_proj.weight"])) * F.linear(x, p[f"{name}up_proj.weight"]),
                        p[f"{name}down_proj.weight"])

    def loss(tokens):
        length = tokens.shape[1] - 1
        angles = torch.outer(torch.arange(length, dtype=torch.float32),
                             10000.0 ** (-torch.arange(half, dtype=torch.float32) / half))
        cosine, sine = angles.cos(), angles.sin()
        x = F.embedding(tokens[:, :-1], p["model.embed_tokens.weight"])
        for layer in range(layers):
            x = x + attention(norm(x, f"model.layers.{layer}.input_layernorm.weight"), layer, cosine, sine)
            x = x + feed_forward(norm(x, f"model.layers.{layer}.post_attention_layernorm.weight"), layer)
        logits = F.linear(norm(x, "model.norm.weight"), p["model.embed_tokens.weight"])
        return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())

    return loss, list(p.values())


def one(mode, weights, heads, vocabulary, sequences, tokens, rounds):
    import torch
    torch.set_num_threads(1)
    loss_of, parameters = decoder(weights_of(weights), heads)
    if mode == "compiled":
        loss_of = torch.compile(loss_of)
    optimizer = torch.optim.AdamW(parameters, lr=1e-4, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1, fused=True)
    batch = tokens_of(sequences, tokens, vocabulary)
    times, losses = [], []
    for _ in range(rounds + 1):  # the first one pays for memory, or compiles
        begin = time.thread_time()
        loss = loss_of(batch)
        losses.append(loss.item())
        forward = time.thread_time()
        before = time.process_time()  # backward has a thread of its own
        loss.backward()
        backward = time.process_time() - before
        after = time.thread_time()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        times.append((forward - begin, backward, time.thread_time() - after))
    forward, backward, step = (statistics.median(part) for part in zip(*times[1:]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"forward_s {forward:.6f} backward_s {backward:.6f} optimizer_s {step:.6f} first_loss {losses[0]:.9g} "
          f"last_loss {losses[-1]:.9g} peak_MiB {peak}")


def figures_of(command):
    words = subprocess.run([*map(str, command)], check=True, capture_output=True, text=True).stdout.split()
    figures = dict(zip(words[::2], map(float, words[1::2])))
    figures["step_s"] = sum(figures[f"{part}_s"] for part in ("forward", "backward", "optimizer"))
    return figures


def verdict(name, value, floor):
    """A floor fails below half of it: the machines are noisy."""
    failed = value < floor / 2
    print(f"{'FAIL' if failed else 'PASS'} causal beside PyTorch: {name}: {value:.3g} "
          f"(floor {floor:g}{', missed' if value < floor else ''})", flush=True)
    return not failed


def main():
    program, size = sys.argv[1:3]
    vocabulary, sequences, tokens, rounds, pairs = map(int, sys.argv[3:8])
    modes = sys.argv[8:] or ["eager", "compiled"]
    good = True
    with tempfile.TemporaryDirectory(prefix="enigma-causal-") as folder:
        weights = pathlib.Path(folder) / "weights.safetensors"
        for mode in modes:
            ours, theirs = [], []
            for _ in range(pairs):
                ours.append(figures_of([program, size, vocabulary, sequences, tokens, rounds, weights]))
                theirs.append(figures_of([sys.executable, "-B", __file__, "--one", mode, weights,
                                          int(ours[-1]["heads"]), vocabulary, sequences, tokens, rounds]))
            good &= tell(mode, ours, theirs)
    return 0 if good else 1


def tell(mode, ours, theirs):
    good = True
    for name in "forward_s", "backward_s", "optimizer_s", "step_s":
        ratio = statistics.median(b[name] / a[name] for a, b in zip(ours, theirs))
        line = f"{mode} {name}: ours {statistics.median(a[name] for a in ours):.4f} s, " \
               f"PyTorch {statistics.median(b[name] for b in theirs):.4f} s, ratio {ratio:.2f}"
        print(line, flush=True)
        if name == "step_s" and mode == "eager":
            good &= verdict("eager, how much faster a step is", ratio, 1.0)
    memory = statistics.median(b["peak_MiB"] / a["peak_MiB"] for a, b in zip(ours, theirs))
    print(f"{mode} peak memory, PyTorch's to ours: {memory:.2f}")
    for name in "first_loss", "last_loss":
        apart = max(abs(a[name] / b[name] - 1) for a, b in zip(ours, theirs))
        same = apart < 1e-4
        good &= same
        print(f"{'PASS' if same else 'FAIL'} causal beside PyTorch: {mode}: {name} apart by {apart:.2g} (at most 1e-4)")
    return good


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        one(sys.argv[2], sys.argv[3], *map(int, sys.argv[4:]))
    else:
        sys.exit(main())
