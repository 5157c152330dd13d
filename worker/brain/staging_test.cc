#include "worker/brain/staging.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace enigma::worker;

TEST_CASE("staging: a buffer is used again once nothing looks at it, and not before") {
  Staging staging;
  at::Tensor first = staging.take(1000);
  const void* place = first.data_ptr();
  at::Tensor view = first.narrow(0, 8, 8);
  first = at::Tensor();
  CHECK(staging.take(1000).data_ptr() != place);
  CHECK(staging.buffers() == 2);
  view = at::Tensor();
  bool again = false;
  const at::Tensor a = staging.take(500), b = staging.take(700);
  for (const at::Tensor& taken : {a, b}) { again = again || taken.data_ptr() == place; }
  CHECK(again);
  CHECK(staging.buffers() == 2);
}

TEST_CASE("staging: sizes that grow leave no small buffers behind") {
  Staging staging;
  for (int64_t bytes = 100; bytes < 100000; bytes += 100) {
    const at::Tensor one = staging.take(bytes);
    const at::Tensor two = staging.take(bytes);
    CHECK(one.data_ptr() != two.data_ptr());
  }
  CHECK(staging.buffers() <= 3);
}

TEST_CASE("staging: tensors cut off a buffer lie apart, aligned, with shape and type") {
  Staging staging;
  const std::vector<int64_t> odd = {3, 5, 7}, ids = {2, 3};
  Cutter cutter(staging.take(Cutter::bytes_of(odd, at::kFloat) + Cutter::bytes_of(ids, at::kLong)));
  const at::Tensor floats = cutter.cut(odd, at::kFloat), longs = cutter.cut(ids, at::kLong);
  CHECK((floats.sizes() == at::IntArrayRef(odd)));
  CHECK((longs.scalar_type() == at::kLong));
  CHECK(reinterpret_cast<uintptr_t>(floats.data_ptr()) % 64 == 0);
  CHECK(reinterpret_cast<uintptr_t>(longs.data_ptr()) % 64 == 0);
  floats.fill_(1);
  longs.fill_(2);
  CHECK(floats.sum().item<double>() == 105);
  CHECK(longs.sum().item<int64_t>() == 12);
}
