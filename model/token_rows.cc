#include "model/token_rows.h"

#include "diagnostics/check.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <cstring>

namespace enigma::model {
namespace {

bool has_whole_rows(const at::Tensor& x) {
  return (x.size(3) == 1 || x.stride(3) == 1) && (x.size(2) == 1 || x.stride(2) == x.size(3));
}

/// Where the rows of a tensor (B, S, H, f) lie, in elements.
struct Rows {
  int64_t window_stride, token_stride, length;

  explicit Rows(const at::Tensor& x)
      : window_stride(x.stride(0)), token_stride(x.stride(1)), length(x.size(2) * x.size(3)) {}
};

// The ranges of one window, one after the other, to `out`. Counts in bytes.
char* copy_ranges(const char* window, int64_t token_stride, int64_t length,
                  const TokenRanges& ranges, char* out) {
  for (const TokenRange& range : ranges) {
    const char* row = window + range.from * token_stride;
    const int64_t whole = token_stride == length ? range.count() : 1;
    for (int64_t t = 0; t < range.count(); t += whole, row += token_stride) {
      std::memcpy(out, row, static_cast<size_t>(whole * length));
      out += whole * length;
    }
  }
  return out;
}

template <typename T>
const T* add_ranges(const T* rows, int64_t length, const TokenRanges& ranges, T* window) {
  for (const TokenRange& range : ranges) {
    T* into = window + range.from * length;
    const int64_t count = range.count() * length;
    for (int64_t i = 0; i < count; ++i) { into[i] += rows[i]; }
    rows += count;
  }
  return rows;
}

template <typename T>
void add_typed(const at::Tensor& rows, const std::vector<TokenRanges>& lists,
               const at::Tensor& into) {
  const Rows to(into);
  const int64_t windows = into.size(0), block = rows.size(1) * to.length;
  const T* const from = rows.const_data_ptr<T>();
  T* const data = into.mutable_data_ptr<T>();
  at::parallel_for(0, windows, 1, [&](int64_t first, int64_t end) {
    for (int64_t b = first; b < end; ++b) {
      for (size_t g = 0; g < lists.size(); ++g) {
        const int64_t at = static_cast<int64_t>(g) * windows + b;
        add_ranges(from + at * block, to.length, lists[g], data + b * to.window_stride);
      }
    }
  });
}

}  // namespace

at::Tensor with_whole_rows(const at::Tensor& x) {
  return has_whole_rows(x) ? x : x.contiguous();
}

at::Tensor take_rows(const at::Tensor& x, const std::vector<TokenRanges>& lists) {
  if (lists.size() == 1 && lists[0].size() == 1) {
    return x.narrow(1, lists[0][0].from, lists[0][0].count());
  }
  ENIGMA_CHECK(has_whole_rows(x), "the features of a token lie side by side");
  const int64_t windows = x.size(0), blocks = static_cast<int64_t>(lists.size()) * windows;
  at::Tensor rows = at::empty({blocks, token_count(lists[0]), x.size(2), x.size(3)}, x.options());
  const auto size = static_cast<int64_t>(x.element_size());
  const Rows from(x);
  const auto* data = static_cast<const char*>(x.const_data_ptr());
  auto* out = static_cast<char*>(rows.mutable_data_ptr());
  const int64_t block_bytes = rows.size(1) * from.length * size;
  at::parallel_for(0, blocks, 1, [&](int64_t first, int64_t end) {
    for (int64_t i = first; i < end; ++i) {
      copy_ranges(data + (i % windows) * from.window_stride * size, from.token_stride * size,
                  from.length * size, lists[static_cast<size_t>(i / windows)],
                  out + i * block_bytes);
    }
  });
  return rows;
}

void add_rows(const at::Tensor& rows, const std::vector<TokenRanges>& lists,
              const at::Tensor& into) {
  ENIGMA_CHECK(into.is_contiguous(), "rows are added to a contiguous tensor");
  AT_DISPATCH_FLOATING_TYPES_AND2(at::kBFloat16, at::kHalf, into.scalar_type(), "add_rows",
                                  [&] { add_typed<scalar_t>(rows.contiguous(), lists, into); });
}

}  // namespace enigma::model
