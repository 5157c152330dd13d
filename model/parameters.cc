#include "model/parameters.h"

#include "model/linear_map.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

namespace enigma::model {
namespace {

// FNV-1a over the name, mixed with the seed: neighbouring seeds and names give unrelated streams.
uint64_t seed_of(uint64_t seed, const std::string& name) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const unsigned char byte : name) { hash = (hash ^ byte) * 0x100000001b3ULL; }
  hash += seed * 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

at::Generator generator_of(uint64_t seed, const std::string& name) {
  return at::make_generator<at::CPUGeneratorImpl>(seed_of(seed, name));
}

}  // namespace

at::Tensor ParameterSet::add(const std::string& name, at::Tensor values) {
  values = values.to(tensors_).requires_grad_(true);
  list_.push_back({name, values});
  return values;
}

at::Tensor ParameterSet::normal(const std::string& name, at::IntArrayRef sizes, double std) {
  // The cut lies ten standard deviations out for every spread in use: clamping equals redrawing.
  return add(name,
             at::empty(sizes, at::kFloat).normal_(0, std, generator_of(seed_, name)).clamp_(-2, 2));
}

at::Tensor ParameterSet::uniform(const std::string& name, at::IntArrayRef sizes, double bound) {
  return add(name, at::empty(sizes, at::kFloat).uniform_(-bound, bound, generator_of(seed_, name)));
}

at::Tensor ParameterSet::constant(const std::string& name, at::IntArrayRef sizes, double value) {
  return add(name, at::full(sizes, value, at::kFloat));
}

at::Tensor Linear::operator()(const at::Tensor& x) const {
  return linear_map(x, weight, bias);
}

Linear make_linear(ParameterSet& parameters, const std::string& name, int64_t in, int64_t out,
                   double std, double bias) {
  at::Tensor weight = parameters.normal(name + ".weight", {out, in}, std);
  return {weight, parameters.constant(name + ".bias", {out}, bias)};
}

Linear make_matrix(ParameterSet& parameters, const std::string& name, int64_t in, int64_t out,
                   double std) {
  return {parameters.normal(name + ".weight", {out, in}, std), {}};
}

double spread(int64_t width) {
  return 1 / std::sqrt(static_cast<double>(width));
}

}  // namespace enigma::model
