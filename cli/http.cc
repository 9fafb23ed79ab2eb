// SPDX-License-Identifier: Apache-2.0
#include "cli/http.h"

#include <fmt/format.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <chrono>

namespace brig::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::system_error;

constexpr std::chrono::seconds kPatience(kHttpPatienceSeconds);

struct Place {
  std::string host, port;
};

// "host:port" and "[v6]:port".
Result<Place> ParsePlace(const std::string& text, const std::string& usual_port) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string::npos)
    return Fail(ErrorCode::kInvalid, fmt::format("`{}` has no closing bracket", text));
  const std::size_t colon = text.find(':', bracket);
  Place place{text.substr(0, colon), usual_port};
  if (colon != std::string::npos) place.port = text.substr(colon + 1);
  if (bracket > 0) place.host = text.substr(1, bracket - 1);
  if (place.host.empty() || place.port.empty())
    return Fail(ErrorCode::kInvalid, fmt::format("`{}` is no host and port", text));
  return place;
}

asio::awaitable<Result<HttpAnswer>> Exchange(const Place& place, std::string target,
                                             const std::string& body, const std::string& type,
                                             std::chrono::seconds patience) {
  try {
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    beast::tcp_stream stream(executor);
    stream.expires_after(patience);
    const auto found = co_await resolver.async_resolve(place.host, place.port, asio::use_awaitable);
    co_await stream.async_connect(found, asio::use_awaitable);
    http::request<http::string_body> request(http::verb::post, target, 11, body);
    request.set(http::field::host, place.host);
    request.set(http::field::content_type, type);
    request.set(http::field::user_agent, "brig");
    request.prepare_payload();
    request.keep_alive(false);
    co_await http::async_write(stream, request, asio::use_awaitable);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.header_limit(kMaxHttpHeader);
    parser.body_limit(kMaxHttpBody);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    auto message = parser.release();
    co_return HttpAnswer{message.result_int(), std::string(message[http::field::content_type]),
                         std::move(message.body())};
  } catch (const system_error& error) {
    co_return Fail(ErrorCode::kUnavailable, error.code().message());
  }
}

}  // namespace

class HttpServer::Impl {
 public:
  Result<> Listen(const std::string& text) {
    BRIG_ASSIGN(const Place place, ParsePlace(text, ""));
    boost::system::error_code error;
    const auto address = asio::ip::make_address(place.host, error);
    unsigned long port = 0;
    const auto [end, failure] =
        std::from_chars(place.port.data(), place.port.data() + place.port.size(), port);
    if (error || failure != std::errc{} || end != place.port.data() + place.port.size() ||
        port > 65535)
      return Fail(ErrorCode::kInvalid,
                  fmt::format("`{}` is no address and port, such as 127.0.0.1:8340", text));
    const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(port));
    (void)acceptor_.open(endpoint.protocol(), error);
    if (!error) (void)acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) (void)acceptor_.bind(endpoint, error);
    if (!error) (void)acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    if (error)
      return Fail(ErrorCode::kUnavailable, fmt::format("listen on {}: {}", text, error.message()));
    return {};
  }

  [[nodiscard]] std::string place() const {
    const auto endpoint = acceptor_.local_endpoint();
    const std::string address = endpoint.address().to_string();
    return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "[{}]:{}" : "{}:{}"), address,
                       endpoint.port());
  }

  void Run(const std::function<HttpAnswer(const HttpRequest&)>& answer,
           const std::function<void()>& tick) {
    asio::signal_set signals(context_, SIGINT, SIGTERM);
    signals.async_wait([&](const auto&, int) { context_.stop(); });
    asio::co_spawn(context_, Accept(answer), asio::detached);
    asio::co_spawn(context_, Tick(tick), asio::detached);
    context_.run();
  }

 private:
  asio::awaitable<void> Tick(const std::function<void()>& tick) {
    asio::steady_timer timer(context_);
    for (;;) {
      tick();
      timer.expires_after(std::chrono::seconds(1));
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  asio::awaitable<void> Accept(const std::function<HttpAnswer(const HttpRequest&)>& answer) {
    for (;;) {
      boost::system::error_code error;
      tcp::socket socket =
          co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error) {
        // Out of handles, mostly: those at work will give theirs back.
        asio::steady_timer timer(context_, std::chrono::milliseconds(100));
        co_await timer.async_wait(asio::use_awaitable);
        continue;
      }
      if (connections_ < kMaxHttpConnections)
        asio::co_spawn(context_, Serve(beast::tcp_stream(std::move(socket)), answer),
                       asio::detached);
    }
  }

  asio::awaitable<void> Serve(beast::tcp_stream stream,
                              const std::function<HttpAnswer(const HttpRequest&)>& answer) {
    ++connections_;
    try {
      beast::flat_buffer buffer;
      for (;;) {
        stream.expires_after(kPatience);
        http::request_parser<http::string_body> parser;
        parser.header_limit(kMaxHttpHeader);
        parser.body_limit(kMaxHttpBody);
        boost::system::error_code error;
        co_await http::async_read(stream, buffer, parser,
                                  asio::redirect_error(asio::use_awaitable, error));
        const bool too_large = error == http::error::body_limit;
        if (error && !too_large) break;
        const auto& request = parser.get();
        const HttpAnswer said = too_large
                                    ? HttpAnswer{413, "text/plain; charset=utf-8", "too large\n"}
                                    : answer({std::string(request.method_string()),
                                              std::string(request.target()), request.body()});
        http::response<http::string_body> response(static_cast<http::status>(said.status),
                                                   request.version(), said.body);
        response.set(http::field::content_type, said.type);
        response.keep_alive(request.keep_alive() && !too_large);
        response.prepare_payload();
        stream.expires_after(kPatience);
        co_await http::async_write(stream, response, asio::use_awaitable);
        if (!response.keep_alive()) break;
      }
    } catch (const system_error&) {
      // The client went, or was too slow.
    }
    --connections_;
  }

  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  std::size_t connections_ = 0;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(const std::string& place) {
  auto impl = std::make_unique<Impl>();
  BRIG_TRY(impl->Listen(place));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::string HttpServer::place() const { return impl_->place(); }

void HttpServer::Run(const std::function<HttpAnswer(const HttpRequest&)>& answer,
                     const std::function<void()>& tick) {
  impl_->Run(answer, tick);
}

Result<HttpAnswer> HttpPost(const std::string& url, const std::string& body,
                            const std::string& type, int patience_s) {
  constexpr std::string_view kScheme = "http://";
  if (url.starts_with("https://"))
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{}: https is not spoken here: give the http:// address of a proxy "
                            "that speaks it",
                            url));
  if (!url.starts_with(kScheme))
    return Fail(ErrorCode::kInvalid, fmt::format("`{}` is no http:// URL", url));
  const std::string rest = url.substr(kScheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  BRIG_ASSIGN(const Place place, ParsePlace(rest.substr(0, slash), "80"));
  const std::string target = slash == rest.size() ? "/" : rest.substr(slash);
  asio::io_context context(1);
  Result<HttpAnswer> answer = Fail(ErrorCode::kUnavailable, "no answer in time");
  asio::co_spawn(
      context, Exchange(place, target, body, type, std::chrono::seconds(patience_s)),
      [&](const std::exception_ptr&, Result<HttpAnswer> got) { answer = std::move(got); });
  // Looking up a name has no deadline of its own.
  context.run_for(std::chrono::seconds(patience_s + 1));
  if (!answer) return Within(fmt::format("post to {}", url), std::move(answer).error());
  return answer;
}

}  // namespace brig::cli
