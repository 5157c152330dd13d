// Short films made by a test with FFmpeg's own encoders.
#pragma once

#include <doctest/doctest.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
}

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings::importer::video {

struct MadeFilm {
  AVCodecID codec = AV_CODEC_ID_FFV1;
  AVPixelFormat format = AV_PIX_FMT_GRAY8;
  int height = 24, width = 32;
  AVRational time_base = {1, 1000};
  AVRational pixel = {1, 1};                 ///< width to height
  std::vector<int64_t> times;                ///< of the frames, in time_base
  std::vector<std::vector<uint8_t>> frames;  ///< packed pixels of `format`

  int frame_bytes() const { return ::av_image_get_buffer_size(format, width, height, 1); }

  /// Frames of noise that moves, so that no two are equal.
  void fill(const std::vector<int64_t>& at) {
    times = at;
    uint32_t state = 1;
    for (size_t f = 0; f < at.size(); ++f) {
      std::vector<uint8_t> pixels(static_cast<size_t>(frame_bytes()));
      for (uint8_t& pixel : pixels) {
        pixel = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
      }
      frames.push_back(std::move(pixels));
    }
  }

  /// Encodes into the container that the name's ending stands for.
  void write(const std::filesystem::path& path) const {
    AVFormatContext* output = nullptr;
    REQUIRE(::avformat_alloc_output_context2(&output, nullptr, nullptr, path.c_str()) >= 0);
    const AVCodec* encoder = ::avcodec_find_encoder(codec);
    REQUIRE(encoder != nullptr);
    AVCodecContext* context = ::avcodec_alloc_context3(encoder);
    context->height = height;
    context->width = width;
    context->pix_fmt = format;
    context->time_base = time_base;
    context->sample_aspect_ratio = pixel;
    context->gop_size = 5;
    context->thread_count = 1;
    context->flags |=
        (output->oformat->flags & AVFMT_GLOBALHEADER) != 0 ? AV_CODEC_FLAG_GLOBAL_HEADER : 0;
    context->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    REQUIRE(::avcodec_open2(context, encoder, nullptr) >= 0);
    AVStream* stream = ::avformat_new_stream(output, nullptr);
    stream->time_base = time_base;
    stream->sample_aspect_ratio = pixel;
    ::avcodec_parameters_from_context(stream->codecpar, context);
    REQUIRE(::avio_open(&output->pb, path.c_str(), AVIO_FLAG_WRITE) >= 0);
    REQUIRE(::avformat_write_header(output, nullptr) >= 0);
    for (size_t f = 0; f < frames.size(); ++f) { encode(context, output, stream, f); }
    drain(context, output, stream, nullptr);
    REQUIRE(::av_write_trailer(output) >= 0);
    ::avio_closep(&output->pb);
    ::avcodec_free_context(&context);
    ::avformat_free_context(output);
  }

 private:
  // To the next frame; the last is as long as the one before it.
  int64_t duration_at(int64_t time) const {
    const size_t f = size_t(std::find(times.begin(), times.end(), time) - times.begin());
    if (f + 1 < times.size()) { return times[f + 1] - times[f]; }
    return f > 0 ? times[f] - times[f - 1] : 1;
  }
  void encode(AVCodecContext* context, AVFormatContext* output, AVStream* stream, size_t f) const {
    AVFrame* frame = ::av_frame_alloc();
    frame->format = format;
    frame->height = height;
    frame->width = width;
    REQUIRE(::av_frame_get_buffer(frame, 0) >= 0);
    uint8_t* planes[4];
    int lines[4];
    ::av_image_fill_arrays(planes, lines, frames[f].data(), format, width, height, 1);
    ::av_image_copy(frame->data, frame->linesize, const_cast<const uint8_t**>(planes), lines,
                    format, width, height);
    frame->pts = times[f];
    drain(context, output, stream, frame);
    ::av_frame_free(&frame);
  }
  void drain(AVCodecContext* context, AVFormatContext* output, AVStream* stream,
             AVFrame* frame) const {
    REQUIRE(::avcodec_send_frame(context, frame) >= 0);
    AVPacket* packet = ::av_packet_alloc();
    while (::avcodec_receive_packet(context, packet) == 0) {
      packet->duration = duration_at(packet->pts);
      ::av_packet_rescale_ts(packet, time_base, stream->time_base);
      packet->stream_index = stream->index;
      REQUIRE(::av_interleaved_write_frame(output, packet) >= 0);
    }
    ::av_packet_free(&packet);
  }
};

}  // namespace enigma::recordings::importer::video
