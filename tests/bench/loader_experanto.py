"""Windows per second of a core that experanto reads of one session, windows shuffled.

    loader_experanto.py SESSION        prints: plain RATE loader RATE
"""
import random
import sys
import time

import torch
from experanto.datasets import ChunkDataset
from omegaconf import OmegaConf
from torch.utils.data import DataLoader

WINDOWS, BATCH, ROUNDS = 128, 16, 5

torch.set_num_threads(1)
modality = {"sampling_rate": 30, "chunk_size": 60, "offset": 0.0, "transforms": {},
            "interpolation": {}}
config = OmegaConf.create({
    "screen": modality | {"valid_condition": {"tier": "train"}, "sample_stride": 1,
                          "include_blanks": False},
    "responses": modality | {"interpolation": {"interpolation_mode": "nearest_neighbor"}},
})
data = ChunkDataset(sys.argv[1], global_sampling_rate=30, global_chunk_size=60,
                    modality_config=config)


def plain(order):
    for index in order:
        data[index]


def batched(order):
    for _ in DataLoader(torch.utils.data.Subset(data, order), batch_size=BATCH, num_workers=0):
        pass


def rate(read):
    rates = []
    for round_ in range(ROUNDS):
        order = random.Random(round_).sample(range(len(data)), WINDOWS)
        begin = time.process_time()
        read(order)
        rates.append(WINDOWS / (time.process_time() - begin))
    return sorted(rates)[ROUNDS // 2]


plain(range(8))
print(f"plain {rate(plain):.1f} loader {rate(batched):.1f}")
