// Eight numbers at a time. Single loads beat the gather instruction here: they never read beside
// their number, cost nearly the same where it is fast, and are not slowed by microcode mitigations.
#include "recordings/gather/row_kernel.h"

#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

namespace enigma::recordings::gather {
namespace {

constexpr size_t kWidth = 8, kLineBytes = 64;

struct HalfColumns {
  [[gnu::target("avx2,f16c")]] static __m256 load(const RowTask& task, size_t i) {
    const int64_t* c = task.columns + i;
    const auto at = [&](int64_t column) {
      int16_t number;
      std::memcpy(&number, task.source + column * 2, 2);
      return number;
    };
    return _mm256_cvtph_ps(_mm_setr_epi16(at(c[0]), at(c[1]), at(c[2]), at(c[3]), at(c[4]),
                                          at(c[5]), at(c[6]), at(c[7])));
  }
};

struct FloatColumns {
  [[gnu::target("avx2,f16c")]] static __m256 load(const RowTask& task, size_t i) {
    const int64_t* c = task.columns + i;
    const auto at = [&](int64_t column) {
      float number;
      std::memcpy(&number, task.source + column * 4, 4);
      return number;
    };
    return _mm256_setr_ps(at(c[0]), at(c[1]), at(c[2]), at(c[3]), at(c[4]), at(c[5]), at(c[6]),
                          at(c[7]));
  }
};

struct Halves {
  [[gnu::target("avx2,f16c")]] static __m256 load(const RowTask& task, size_t i) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(task.source + i * 2)));
  }
};

struct Floats {
  [[gnu::target("avx2,f16c")]] static __m256 load(const RowTask& task, size_t i) {
    return _mm256_loadu_ps(reinterpret_cast<const float*>(task.source + i * 4));
  }
};

struct Greys {
  [[gnu::target("avx2,f16c")]] static __m256 load(const RowTask& task, size_t i) {
    return _mm256_cvtepi32_ps(
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(task.source + i))));
  }
};

// The comparison is false where the product is NaN, and the mask then makes it 0.
[[gnu::target("avx2,f16c")]] __m256 standardized(__m256 x, const RowTask& task, size_t i) {
  const __m256 scaled = _mm256_mul_ps(_mm256_sub_ps(x, _mm256_loadu_ps(task.shift + i)),
                                      _mm256_loadu_ps(task.scale + i));
  return _mm256_and_ps(scaled, _mm256_cmp_ps(scaled, scaled, _CMP_ORD_Q));
}

// Round to nearest even on the upper 16 bits; NaN would overflow into infinity, so it is made
// quiet.
[[gnu::target("avx2,f16c")]] __m128i bfloats(__m256 x) {
  const __m256i bits = _mm256_castps_si256(x);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x00400000));
  const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
  const __m256i upper = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, nan), 16);
  return _mm_packus_epi32(_mm256_castsi256_si128(upper), _mm256_extracti128_si256(upper, 1));
}

[[gnu::target("avx2,f16c")]] void store(__m256 x, const RowTask& task, size_t i) {
  if (task.element == Element::f32) {
    _mm256_storeu_ps(reinterpret_cast<float*>(task.out + i * 4), x);
    return;
  }
  const __m128i narrow = task.element == Element::f16
                             ? _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
                             : bfloats(x);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(task.out + i * 2), narrow);
}

// Lines of `next` to fetch per step, so that the row is there when its turn comes. A row of which
// few numbers are wanted is left to the loads.
size_t lines_per_step(const RowTask& task) {
  const size_t lines = task.next.size() / kLineBytes, steps = task.count / kWidth;
  return steps == 0 || lines > task.count ? 0 : (lines + steps - 1) / steps;
}

template <typename Load>
[[gnu::target("avx2,f16c")]] size_t whole_steps(const RowTask& task) {
  const size_t lines = lines_per_step(task);
  const auto* next = reinterpret_cast<const char*>(task.next.data());
  size_t i = 0;
  for (; i + kWidth <= task.count; i += kWidth) {
    for (size_t line = 0; line < lines; ++line, next += kLineBytes) {
      _mm_prefetch(next, _MM_HINT_T0);
    }
    __m256 x = Load::load(task, i);
    if (task.shift != nullptr) { x = standardized(x, task, i); }
    store(x, task, i);
  }
  return i;
}

size_t wide_part(const RowTask& task) {
  const bool columns = task.columns != nullptr, halves = task.element == Element::f16;
  if (task.element == Element::u8) { return 0; }
  // Nothing to convert: plain moves are faster.
  if (halves && task.type == NumberType::f16 && task.shift == nullptr) { return 0; }
  switch (task.type) {
    case NumberType::f16:
      return columns ? whole_steps<HalfColumns>(task) : whole_steps<Halves>(task);
    case NumberType::f32:
      return columns ? whole_steps<FloatColumns>(task) : whole_steps<Floats>(task);
    case NumberType::u8:
      return columns ? 0 : whole_steps<Greys>(task);
    default:
      return 0;
  }
}

}  // namespace

bool runs_avx2() {
  unsigned a = 0, b = 0, c = 0, d = 0;  // Clang 16 knows no "f16c" in __builtin_cpu_supports
  const bool halves = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
  return halves && __builtin_cpu_supports("avx2");
}

void gather_row_avx2(const RowTask& task) {
  const size_t done = wide_part(task);
  if (done == task.count) { return; }
  RowTask rest = task;
  rest.count -= done;
  rest.out += done * bytes_of(task.element);
  if (task.columns != nullptr) {
    rest.columns += done;
  } else {
    rest.source += done * bytes_of(task.type);
  }
  if (task.shift != nullptr) {
    rest.shift += done;
    rest.scale += done;
  }
  gather_row_portable(rest);
}

}  // namespace enigma::recordings::gather

#else

namespace enigma::recordings::gather {

bool runs_avx2() {
  return false;
}

void gather_row_avx2(const RowTask& task) {
  gather_row_portable(task);
}

}  // namespace enigma::recordings::gather

#endif
