// SPDX-License-Identifier: Apache-2.0
#include "identity/http_answer.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace brig::identity {

namespace http = boost::beast::http;

Result<HttpAnswer> ParseHttpAnswer(std::string_view bytes) {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.body_limit(HttpAnswer::kMaxBody);
  boost::beast::error_code error;
  while (!bytes.empty() && !parser.is_done()) {
    const std::size_t used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error == http::error::need_more && used > 0) error = {};
    if (error) break;
    if (used == 0) break;
    bytes.remove_prefix(used);
  }
  if (!error && parser.got_some() && !parser.is_done())
    parser.put_eof(error);  // a body that ends with the connection
  if (error || !parser.is_done())
    return Fail(ErrorCode::kInvalid,
                fmt::format("read the HTTP answer: {}", error ? error.message() : "it is cut"));
  auto message = parser.release();
  return HttpAnswer{message.result_int(), std::move(message.body())};
}

}  // namespace brig::identity
