// Eight doubles in as many registers as the vector unit needs, with exp and log to about one unit
// in the last place. Everything here has internal linkage: each unit compiles its own copy.
#pragma once

#include <cstddef>
#include <cstring>

namespace enigma::law {
namespace {

constexpr int kLanes = 8;
#if defined(__AVX512F__)
constexpr int kWidth = 8;
#elif defined(__AVX2__)
constexpr int kWidth = 4;
#else
constexpr int kWidth = 2;
#endif
constexpr int kParts = kLanes / kWidth;

typedef double Part __attribute__((vector_size(kWidth * 8)));
typedef unsigned long long Bits __attribute__((vector_size(kWidth * 8)));

struct Lanes {
  Part part[kParts];
};

inline Lanes all(double value) {
  Lanes out;
  for (int k = 0; k < kParts; ++k) { out.part[k] = value - Part{}; }
  return out;
}

inline Lanes operator+(const Lanes& a, const Lanes& b) {
  Lanes out;
  for (int k = 0; k < kParts; ++k) { out.part[k] = a.part[k] + b.part[k]; }
  return out;
}
inline Lanes operator-(const Lanes& a, const Lanes& b) {
  Lanes out;
  for (int k = 0; k < kParts; ++k) { out.part[k] = a.part[k] - b.part[k]; }
  return out;
}
inline Lanes operator*(const Lanes& a, const Lanes& b) {
  Lanes out;
  for (int k = 0; k < kParts; ++k) { out.part[k] = a.part[k] * b.part[k]; }
  return out;
}
inline Lanes operator/(const Lanes& a, const Lanes& b) {
  Lanes out;
  for (int k = 0; k < kParts; ++k) { out.part[k] = a.part[k] / b.part[k]; }
  return out;
}

/// a where `left` < `right`, else b.
inline Lanes where_less(const Lanes& left, const Lanes& right, const Lanes& a, const Lanes& b) {
  Lanes out;
  for (int k = 0; k < kParts; ++k) {
    out.part[k] = left.part[k] < right.part[k] ? a.part[k] : b.part[k];
  }
  return out;
}
inline Lanes smaller(const Lanes& a, const Lanes& b) {
  return where_less(a, b, a, b);
}
inline Lanes larger(const Lanes& a, const Lanes& b) {
  return where_less(b, a, a, b);
}
inline Lanes magnitude(const Lanes& a) {
  Lanes out;
  for (int k = 0; k < kParts; ++k) { out.part[k] = (Part)((Bits)a.part[k] & (~0ULL >> 1)); }
  return out;
}

/// Up to eight values; lanes beyond `count` hold `fill`.
inline Lanes load(const double* from, std::ptrdiff_t count, double fill) {
  Lanes out;
  if (count >= kLanes) {
    std::memcpy(&out, from, sizeof out);
    return out;
  }
  double buffer[kLanes];
  for (int k = 0; k < kLanes; ++k) { buffer[k] = k < count ? from[k] : fill; }
  std::memcpy(&out, buffer, sizeof out);
  return out;
}

inline void store(const Lanes& from, double* to, std::ptrdiff_t count) {
  if (count >= kLanes) {
    std::memcpy(to, &from, sizeof from);
    return;
  }
  double buffer[kLanes];
  std::memcpy(buffer, &from, sizeof buffer);
  for (std::ptrdiff_t k = 0; k < count; ++k) { to[k] = buffer[k]; }
}

inline double sum(const Lanes& a) {
  double lane[kLanes];
  std::memcpy(lane, &a, sizeof lane);
  return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

constexpr double kLn2High = 6.93147180369123816490e-01;  // 32 bits: products with k are exact
constexpr double kLn2Low = 1.90821492927058770002e-10;

/// e^x for x in ±700, and the ends of that range outside. Cody–Waite reduction to |r| <= ln2/2,
/// then 1 + r + r²·p(r) with p the Chebyshev interpolant of degree 9 (relative error 2e-17).
inline Lanes exp(const Lanes& x) {
  constexpr double kShift = 6755399441055744.0;  // 1.5·2^52: adding it rounds to an integer
  const Lanes in = smaller(larger(x, all(-700)), all(700));
  Lanes out;
  for (int k = 0; k < kParts; ++k) {
    const Part shifted = in.part[k] * 1.4426950408889634 + kShift;
    const Part whole = shifted - kShift;
    const Part r = (in.part[k] - whole * kLn2High) - whole * kLn2Low;
    Part p = r * 2.510038549551032e-08 + 2.7620088445409746e-07;
    p = p * r + 2.7557268459997064e-06;
    p = p * r + 2.4801521295954376e-05;
    p = p * r + 0.00019841269863053618;
    p = p * r + 0.0013888888917213717;
    p = p * r + 0.008333333333330062;
    p = p * r + 0.04166666666662413;
    p = p * r + 0.16666666666666669;
    p = p * r + 0.5000000000000001;
    p = (p * r * r + r) + 1.0;
    out.part[k] = (Part)((Bits)p + ((Bits)shifted << 52));
  }
  return out;
}

/// log of a positive normal number; NaN in, NaN out. x = 2^k·m with m in [√½, √2), and
/// log m = 2·atanh(s), s = (m − 1)/(m + 1), by an interpolant in s² (relative error 1e-18).
inline Lanes log(const Lanes& x) {
  constexpr unsigned long long kRootHalf = 0x3fe6a09e667f3bcdULL, kBias = 1023ULL << 52;
  constexpr double kShift = 4503599627370496.0;  // 2^52: its low bits hold an integer
  Lanes out;
  for (int k = 0; k < kParts; ++k) {
    const Bits bits = (Bits)x.part[k];
    const Bits power = (bits - kRootHalf + kBias) >> 52;
    const Part m = (Part)(bits - (power << 52) + kBias);
    const Part whole = (Part)(power | (Bits)(kShift - Part{})) - (kShift + 1023.0);
    const Part s = (m - 1.0) / (m + 1.0), z = s * s;
    Part p = z * 0.06544017425463777 + 0.06634319184633412;
    p = p * z + 0.07693122368810833;
    p = p * z + 0.09090897773760569;
    p = p * z + 0.11111111196290523;
    p = p * z + 0.14285714285399892;
    p = p * z + 0.20000000000000442;
    p = p * z + 0.3333333333333333;
    const Part twice = s + s;
    const Part value = whole * kLn2High + (twice + (twice * z * p + whole * kLn2Low));
    out.part[k] = x.part[k] == x.part[k] ? value : x.part[k];
  }
  return out;
}

}  // namespace
}  // namespace enigma::law
