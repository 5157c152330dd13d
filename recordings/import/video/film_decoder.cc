#include "recordings/import/video/film_decoder.h"

#include "recordings/format/problem.h"
#include "recordings/gather/area_resize.h"
#include "recordings/import/video/orientation.h"

#include <fmt/format.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>
#include <vector>

namespace enigma::recordings::importer::video {
namespace {

// A file may end this much before its container says and still be whole: durations are rounded,
// and the last frame's is often not counted.
constexpr double kFramesShort = 2.5;

// Containers that hold their frames themselves: a playlist would read other files.
constexpr const char* kContainers =
    "apng,asf,avi,bmp_pipe,dv,flv,gif,h264,hevc,ivf,jpeg_pipe,m4v,matroska,mjpeg,mov,mpeg,mpegts,"
    "mpegvideo,mxf,nut,obu,ogg,png_pipe,rm,tiff_pipe,vc1,webm,wtv,yuv4mpegpipe";

// A container may wrap or compress its packets a little, but one that gives many times its own
// bytes shows the same ones again and again (an edit list can).
constexpr int64_t kReadAgainMax = 4;

std::string words(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  ::av_strerror(error, text.data(), text.size());
  return text.data();
}

[[noreturn]] void refuse(const std::filesystem::path& path, std::string field, std::string message,
                         std::string expected, std::string found) {
  throw InputError({problem_in(path, std::move(field), std::move(message), std::move(expected),
                               std::move(found))});
}

struct CloseInput {
  void operator()(AVFormatContext* input) const { ::avformat_close_input(&input); }
};
struct FreeDecoder {
  void operator()(AVCodecContext* decoder) const { ::avcodec_free_context(&decoder); }
};
struct FreePacket {
  void operator()(AVPacket* packet) const { ::av_packet_free(&packet); }
};
struct FreeFrame {
  void operator()(AVFrame* frame) const { ::av_frame_free(&frame); }
};
struct FreeConverter {
  void operator()(SwsContext* converter) const { ::sws_freeContext(converter); }
};

using Input = std::unique_ptr<AVFormatContext, CloseInput>;

Input open_input(const std::filesystem::path& path) {
  AVFormatContext* context = nullptr;
  // "file:" keeps a name with a colon from being taken for an address.
  AVDictionary* options = nullptr;
  ::av_dict_set(&options, "format_whitelist", kContainers, 0);
  const int error =
      ::avformat_open_input(&context, ("file:" + path.string()).c_str(), nullptr, &options);
  ::av_dict_free(&options);
  if (error == AVERROR(ENOMEM)) { throw std::bad_alloc(); }
  if (error < 0) { refuse(path, "", "is no video that can be read", "a video file", words(error)); }
  Input input(context);
  const int probed = ::avformat_find_stream_info(input.get(), nullptr);
  if (probed < 0) { refuse(path, "streams", "cannot be read", "a video stream", words(probed)); }
  return input;
}

// Grey and RGB have no other range; "J" formats are full-range YUV by name.
bool is_full_range(AVPixelFormat format) {
  const AVPixFmtDescriptor* facts = ::av_pix_fmt_desc_get(format);
  return facts == nullptr || (facts->flags & AV_PIX_FMT_FLAG_RGB) != 0 ||
         facts->nb_components < 3 || std::strncmp(facts->name, "yuvj", 4) == 0;
}

double seconds(AVRational base) {
  return static_cast<double>(base.num) / static_cast<double>(base.den);
}

}  // namespace

struct FilmDecoder::Parts {
  std::filesystem::path path;
  Input input;
  int stream = -1;
  std::unique_ptr<AVCodecContext, FreeDecoder> decoder;
  std::unique_ptr<AVPacket, FreePacket> packet{::av_packet_alloc()};
  std::unique_ptr<AVFrame, FreeFrame> frame{::av_frame_alloc()};
  std::unique_ptr<SwsContext, FreeConverter> converter;
  AVPixelFormat converted_from = AV_PIX_FMT_NONE;
  AVPixelFormat wanted = AV_PIX_FMT_GRAY8;
  int height = 0, width = 0;   ///< of what comes out
  gather::PictureSize stored;  ///< of the first frame
  Orientation orientation;
  std::optional<gather::AreaResize> resize;
  std::vector<std::string> notes;
  int64_t file_bytes = 0, packet_bytes = 0;
  std::vector<uint8_t> full, pixels;
  int64_t frames = 0;
  double first_s = 0, last_s = 0, duration_s = 0, read_to_s = 0;
  bool is_draining = false, has_made_up_times = false;

  AVStream* video() const { return input->streams[stream]; }
  double rate_hz() const {
    const AVRational rate = video()->avg_frame_rate.num > 0 && video()->avg_frame_rate.den > 0
                                ? video()->avg_frame_rate
                                : video()->r_frame_rate;
    return rate.num > 0 && rate.den > 0 ? seconds(rate) : 0;
  }
  int channels() const { return wanted == AV_PIX_FMT_RGB24 ? 3 : 1; }
  double last_duration_s() const {
    if (duration_s > 0) { return duration_s; }
    return rate_hz() > 0 ? 1 / rate_hz() : 1;
  }
  std::string place() const { return fmt::format("frame {}", frames); }

  void open_decoder() {
    const AVCodec* codec = nullptr;
    stream = ::av_find_best_stream(input.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (stream < 0 || codec == nullptr) {
      refuse(path, "streams", "holds no video stream that can be decoded", "a video stream",
             words(stream));
    }
    decoder.reset(::avcodec_alloc_context3(codec));
    if (!decoder || !packet || !frame) { throw std::bad_alloc(); }
    ::avcodec_parameters_to_context(decoder.get(), video()->codecpar);
    decoder->pkt_timebase = video()->time_base;
    decoder->thread_count = 1;  // sessions run side by side; threads would need memory each
    decoder->err_recognition = AV_EF_EXPLODE | AV_EF_CRCCHECK;
    const int error = ::avcodec_open2(decoder.get(), codec, nullptr);
    if (error < 0) { refuse(path, "codec", "cannot be decoded", codec->name, words(error)); }
  }

  // Feeds packets until the decoder gives a frame; false at the end of the film.
  bool decode() {
    for (;;) {
      const int got = ::avcodec_receive_frame(decoder.get(), frame.get());
      if (got == 0) { return true; }
      if (got == AVERROR_EOF) { return false; }
      if (got == AVERROR(ENOMEM)) { throw std::bad_alloc(); }
      if (got != AVERROR(EAGAIN)) {
        refuse(path, place(), "cannot be decoded", "a frame", words(got));
      }
      feed();
    }
  }

  // Quarter turns are taken; what a film cannot be turned by is told.
  void take_orientation() {
    size_t bytes = 0;
    const uint8_t* data = ::av_stream_get_side_data(video(), AV_PKT_DATA_DISPLAYMATRIX, &bytes);
    if (data == nullptr || bytes < sizeof(int32_t[9])) { return; }
    std::array<int32_t, 9> matrix{};
    std::memcpy(matrix.data(), data, sizeof matrix);
    const auto told = orientation_of(matrix);
    if (told) {
      orientation = *told;
    } else {
      notes.push_back(
          "frames stand as they are stored: the file's display matrix is no quarter "
          "turn");
    }
    if (!orientation.is_upright()) {
      notes.push_back("frames are " + orientation.words() + ", as the file's display matrix says");
    }
  }

  // Width over height of the film as it is meant to be seen.
  double shape() const {
    const AVRational pixel = ::av_guess_sample_aspect_ratio(input.get(), video(), nullptr);
    const double stored_shape = static_cast<double>(decoder->width) / decoder->height *
                                (pixel.num > 0 && pixel.den > 0 ? seconds(pixel) : 1);
    return orientation.swaps_sides() ? 1 / stored_shape : stored_shape;
  }

  // Frames of another shape than the film's look stretched, which is told.
  void tell_shape() {
    const double wanted_shape = shape(), has = static_cast<double>(width) / height;
    if (std::abs(has / wanted_shape - 1) * std::min(height, width) <= 1) { return; }
    notes.push_back(
        fmt::format("the film is {:.3f} times as wide as high, its frames of {} x {} pixels are "
                    "{:.3f} times: what they show is stretched",
                    wanted_shape, height, width, has));
  }

  void count_bytes() {
    packet_bytes += packet->size;
    if (packet_bytes > kReadAgainMax * file_bytes) {
      refuse(path, place(), "file shows the same packets again and again",
             fmt::format("at most {} times its own bytes", kReadAgainMax),
             fmt::format("{} bytes of packets in {} of the file", packet_bytes, file_bytes));
    }
  }

  void feed() {
    int read = 0;
    do {
      ::av_packet_unref(packet.get());
      read = ::av_read_frame(input.get(), packet.get());
      if (read == 0) { take_extent(); }
    } while (read == 0 && packet->stream_index != stream);
    if (read < 0 && read != AVERROR_EOF) {
      refuse(path, place(), "file is damaged or truncated", "the next packet", words(read));
    }
    if (read == 0 && (packet->flags & AV_PKT_FLAG_CORRUPT) != 0) {
      refuse(path, place(), "file is damaged or truncated", "a whole packet",
             fmt::format("{} bytes of it", packet->size));
    }
    if (read == 0) { count_bytes(); }
    is_draining = read < 0;
    const int sent = ::avcodec_send_packet(decoder.get(), is_draining ? nullptr : packet.get());
    if (sent == AVERROR(ENOMEM)) { throw std::bad_alloc(); }
    if (sent < 0 && sent != AVERROR_EOF) {
      refuse(path, place(), "cannot be decoded", "a frame", words(sent));
    }
  }

  double time_of_frame() {
    const double base_s = seconds(video()->time_base);
    const int64_t time = frame->pts != AV_NOPTS_VALUE ? frame->pts : frame->best_effort_timestamp;
    duration_s = static_cast<double>(frame->pkt_duration) * base_s;
    if (time != AV_NOPTS_VALUE) {
      const AVRational base = video()->time_base;
      return static_cast<double>(time) * base.num / base.den;
    }
    if (!(rate_hz() > 0)) {
      refuse(path, place(), "frame has no presentation time", "a time, or a rate", "");
    }
    has_made_up_times = true;
    return static_cast<double>(frames) / rate_hz();
  }

  // The frame as grey or RGB at its own size, packed.
  void convert() {
    const auto format = static_cast<AVPixelFormat>(frame->format);
    full.resize(static_cast<size_t>(frame->height) * static_cast<size_t>(frame->width) *
                static_cast<size_t>(channels()));
    if (format == wanted) {
      ::av_image_copy_to_buffer(full.data(), static_cast<int>(full.size()), frame->data,
                                frame->linesize, wanted, frame->width, frame->height, 1);
      return;
    }
    if (!converter || format != converted_from) { make_converter(format); }
    std::array<uint8_t*, 4> planes = {full.data()};
    std::array<int, 4> lines = {frame->width * channels()};
    if (::sws_scale(converter.get(), frame->data, frame->linesize, 0, frame->height, planes.data(),
                    lines.data()) != frame->height) {
      refuse(path, place(), "cannot be converted", "grey or RGB", ::av_get_pix_fmt_name(format));
    }
  }

  void make_converter(AVPixelFormat format) {
    converter.reset(::sws_getContext(
        frame->width, frame->height, format, frame->width, frame->height, wanted,
        SWS_POINT | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT,
        nullptr, nullptr, nullptr));
    if (!converter) {
      refuse(path, place(), "cannot be converted", "a pixel format that FFmpeg converts",
             ::av_get_pix_fmt_name(format));
    }
    // The matrix and range that the file states, to full range.
    const int matrix = frame->colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_DEFAULT;
    const bool is_full = frame->color_range == AVCOL_RANGE_JPEG || is_full_range(format);
    ::sws_setColorspaceDetails(converter.get(), ::sws_getCoefficients(matrix), is_full ? 1 : 0,
                               ::sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    converted_from = format;
  }

  void take_pixels() {
    const gather::PictureSize size = {frame->height, frame->width};
    if (frames > 0 && size != stored) {
      refuse(path, place(), "frames of one film differ in size",
             fmt::format("{} x {}", stored.height, stored.width),
             fmt::format("{} x {}", size.height, size.width));
    }
    stored = size;
    convert();
    if (!orientation.is_upright()) {
      full = turned(orientation, stored, static_cast<size_t>(channels()), full);
    }
    const gather::PictureSize shown = turned(orientation, stored), wanted_size = {height, width};
    if (shown == wanted_size) { return pixels.swap(full); }
    if (!resize) { resize.emplace(shown, wanted_size); }
    pixels.clear();
    for (const float level : (*resize)(std::span<const uint8_t>(full), channels())) {
      pixels.push_back(static_cast<uint8_t>(std::lround(std::clamp(level, 0.0f, 255.0f))));
    }
  }

  // Where a packet of any stream ends: that is what a container's own length is about.
  void take_extent() {
    const int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    if (time == AV_NOPTS_VALUE) { return; }
    const double base_s = seconds(input->streams[packet->stream_index]->time_base);
    read_to_s = std::max(
        read_to_s, static_cast<double>(time + std::max<int64_t>(packet->duration, 0)) * base_s);
  }

  // A container that knows its length, or its stream's, tells when the file was cut off.
  void check_end() const {
    if (frames == 0) { return; }
    const double mean_s =
        frames > 1 ? (last_s - first_s) / static_cast<double>(frames - 1) : last_duration_s();
    const double frame_s = std::max(duration_s, mean_s);
    const auto check = [&](int64_t start, int64_t duration, double base_s, double end_s) {
      if (duration == AV_NOPTS_VALUE || duration <= 0) { return; }
      const double whole_s = static_cast<double>(start == AV_NOPTS_VALUE ? 0 : start) * base_s +
                             static_cast<double>(duration) * base_s;
      if (end_s + kFramesShort * frame_s < whole_s) {
        refuse(path, place(), "file is truncated", fmt::format("frames up to {:.3f} s", whole_s),
               fmt::format("the last at {:.3f} s", last_s));
      }
    };
    check(video()->start_time, video()->duration, seconds(video()->time_base), last_s + duration_s);
    if (input->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE) {
      check(input->start_time, input->duration, 1.0 / AV_TIME_BASE, read_to_s);
    }
  }
};

FilmDecoder::FilmDecoder(const std::filesystem::path& path, const ReadOptions& options)
    : parts_(std::make_unique<Parts>()) {
  ::av_log_set_level(AV_LOG_QUIET);
  Parts& p = *parts_;
  p.path = path;
  p.input = open_input(path);
  p.open_decoder();
  p.wanted = options.color ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_GRAY8;
  p.file_bytes = static_cast<int64_t>(std::filesystem::file_size(path));
  p.take_orientation();
  const gather::PictureSize shown = turned(p.orientation, {p.decoder->height, p.decoder->width});
  p.height = static_cast<int>(options.size ? options.size->height : shown.height);
  p.width = static_cast<int>(options.size ? options.size->width : shown.width);
  if (shown.height > 0 && shown.width > 0 && p.height > 0 && p.width > 0) { p.tell_shape(); }
}

FilmDecoder::~FilmDecoder() = default;

FilmFacts FilmDecoder::facts() const {
  const Parts& p = *parts_;
  FilmFacts facts;
  facts.height = p.height;
  facts.width = p.width;
  facts.stored_height = p.decoder->height;
  facts.stored_width = p.decoder->width;
  facts.container = p.input->iformat->name;
  facts.codec = p.decoder->codec->name;
  const char* format = ::av_get_pix_fmt_name(p.decoder->pix_fmt);
  facts.pixel_format = format == nullptr ? "unknown" : format;
  facts.rate_hz = p.rate_hz();
  facts.frames_expected = p.video()->nb_frames;
  facts.notes = p.notes;
  facts.has_made_up_times = p.has_made_up_times;
  return facts;
}

std::optional<FilmFrame> FilmDecoder::next() {
  Parts& p = *parts_;
  if (!p.decode()) {
    p.check_end();
    return std::nullopt;
  }
  if (p.frame->decode_error_flags != 0 || (p.frame->flags & AV_FRAME_FLAG_CORRUPT) != 0) {
    refuse(p.path, p.place(), "frame is damaged", "a whole frame", "");
  }
  p.take_pixels();
  p.last_s = p.time_of_frame();
  if (p.frames == 0) { p.first_s = p.last_s; }
  ++p.frames;
  return FilmFrame{p.last_s, std::as_bytes(std::span(p.pixels))};
}

double FilmDecoder::last_duration_s() const {
  return parts_->last_duration_s();
}

}  // namespace enigma::recordings::importer::video
