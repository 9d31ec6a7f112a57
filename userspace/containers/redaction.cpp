// SPDX-License-Identifier: Apache-2.0
#include "containers/redaction.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <vector>

#include "base/display_text.h"

namespace culprit {
namespace {

constexpr std::string_view kHidden = "[redacted]";
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kQuotes = "\"'{}[](),;\\";

char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
  });
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> suffixes) {
  return std::any_of(suffixes.begin(), suffixes.end(), [&](std::string_view suffix) {
    return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
  });
}

std::string_view without_quotes(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kQuotes);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kQuotes) - begin + 1);
}

/// Tokens whose form alone gives them away, whatever they are called.
bool is_token_form(std::string_view text) {
  constexpr std::size_t kShortestToken = 16;
  if (text.size() < kShortestToken) {
    return false;
  }
  return starts_with_any(text, {"ghp_",     "gho_",  "ghs_",  "ghu_", "github_pat_", "glpat-",
                                "xoxb-",    "xoxp-", "xoxa-", "sk-",  "sk_live_",    "sk_test_",
                                "rk_live_", "AKIA",  "ASIA",  "AIza", "ya29.",       "hvs.",
                                "dop_v1_",  "npm_",  "pypi-", "eyJ",  "SG.",         "-----BEGIN"});
}

/// Programs that take a password glued to a short option, or after one.
struct ShortOption {
  std::string_view program;  ///< a prefix of the program's name
  std::string_view option;
  bool glued;  ///< "-psecret"; else the next argument
};

constexpr std::array kShortOptions = {
    ShortOption{"mysql", "-p", true},       ShortOption{"mariadb", "-p", true},
    ShortOption{"sshpass", "-p", true},     ShortOption{"sshpass", "-p", false},
    ShortOption{"7z", "-p", true},          ShortOption{"mongo", "-p", false},
    ShortOption{"mongo", "-p", true},       ShortOption{"clickhouse", "--password", false},
    ShortOption{"redis", "-a", false},      ShortOption{"redis", "-a", true},
    ShortOption{"valkey", "-a", false},     ShortOption{"curl", "-u", false},
    ShortOption{"curl", "-u", true},        ShortOption{"curl", "-U", false},
    ShortOption{"curl", "--user", false},   ShortOption{"curl", "--proxy-user", false},
    ShortOption{"curl", "-b", false},       ShortOption{"wget", "--http-password", false},
    ShortOption{"ldap", "-w", false},       ShortOption{"ldap", "-w", true},
    ShortOption{"smbclient", "-U", false},  ShortOption{"sqlcmd", "-P", false},
    ShortOption{"sqlcmd", "-P", true},      ShortOption{"bcp", "-P", false},
    ShortOption{"mosquitto_", "-P", false}, ShortOption{"zip", "-P", false},
    ShortOption{"unzip", "-P", false},      ShortOption{"ab", "-A", false},
    ShortOption{"ipmitool", "-P", false},
};

/// Hides secrets token by token; a token is what stands between spaces within one argument.
class Redactor {
 public:
  void argument(std::string_view text) {
    rest_hidden_ = false;
    while (!text.empty()) {
      const std::size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
      if (!rest_hidden_) {
        result_.append(text.substr(0, begin));
      }
      const std::size_t end = std::min(text.find_first_of(kSpace, begin), text.size());
      if (end > begin) {
        token(text.substr(begin, end - begin));
      }
      text.remove_prefix(end);
    }
    result_ += ' ';
  }

  std::string take() && {
    if (!result_.empty()) {
      result_.pop_back();
    }
    return std::move(result_);
  }

 private:
  void token(std::string_view text) {
    if (rest_hidden_) {
      return;
    }
    const std::string_view bare = without_quotes(text);
    if (hide_next_) {
      hide_next_ = false;
      // "--password --verbose": the password was not given here.
      if (text.substr(0, 2) != "--") {
        if (starts_with_any(lowered(bare), {"bearer", "basic", "digest", "token"})) {
          hide_rest();
          return;
        }
        result_ += kHidden;
        return;
      }
    }
    remember_program(bare);
    if (short_option(text) || header(text, bare) || assignment(text, bare)) {
      return;
    }
    if (is_token_form(bare)) {
      result_ += kHidden;
      return;
    }
    hide_next_ = hides_next(bare);
    result_ += without_user_info(text);
  }

  void hide_rest() {
    result_ += kHidden;
    rest_hidden_ = true;
    hide_next_ = false;
  }

  void remember_program(std::string_view bare) {
    const std::size_t slash = bare.rfind('/');
    const std::string_view name = slash == std::string_view::npos ? bare : bare.substr(slash + 1);
    for (const ShortOption& option : kShortOptions) {
      const bool short_name = option.program.size() < 4;
      if (short_name ? name == option.program
                     : name.substr(0, option.program.size()) == option.program) {
        program_ = option.program;
        return;
      }
    }
  }

  /// "-psecret" of a program that takes passwords so.
  bool short_option(std::string_view text) {
    const auto* const option =
        std::find_if(kShortOptions.begin(), kShortOptions.end(), [&](const ShortOption& each) {
          return each.program == program_ && text.substr(0, each.option.size()) == each.option &&
                 each.glued == (text.size() > each.option.size());
        });
    if (option == kShortOptions.end()) {
      return false;
    }
    result_.append(option->option);
    if (option->glued) {
      result_.append(kHidden);
    } else {
      hide_next_ = true;
    }
    return true;
  }

  /// "Authorization: Bearer x", "X-Api-Key: x", and "password": "x" of JSON.
  bool header(std::string_view text, std::string_view bare) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || text.substr(colon, 3) == "://") {
      return false;
    }
    const std::string_view name = without_quotes(text.substr(0, colon));
    if (name.find('/') != std::string_view::npos || name.find('=') != std::string_view::npos) {
      return false;
    }
    if (is_secret_name(name)) {
      result_.append(text.substr(0, colon + 1));
      hide_rest();
      return true;
    }
    if (starts_with_any(lowered(bare), {"pass:"})) {  // openssl
      result_.append("pass:").append(kHidden);
      return true;
    }
    return false;
  }

  /// "--password=x", "PGPASSWORD=x", "-Dkey.password=x", "url?token=x&...".
  bool assignment(std::string_view text, std::string_view bare) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      return false;
    }
    if (text.find_first_of("?&") < text.size() && text.find("://") != std::string_view::npos) {
      result_ += without_user_info(without_query_secrets(text));
      return true;
    }
    const std::string_view value = text.substr(equals + 1);
    if (is_secret_name(without_quotes(text.substr(0, equals)))) {
      result_.append(text.substr(0, equals + 1));
      // A value in quotes may go on behind the space.
      const bool open = !value.empty() && (value.front() == '"' || value.front() == '\'') &&
                        (value.size() == 1 || value.back() != value.front());
      open ? hide_rest() : void(result_.append(kHidden));
      return true;
    }
    if (is_token_form(without_quotes(value))) {
      result_.append(text.substr(0, equals + 1)).append(kHidden);
      return true;
    }
    // Connection strings: "Server=db;User=x;Password=y", "--set a=1,password=y".
    const std::string low = lowered(bare);
    if (value.find('=') != std::string_view::npos &&
        (low.find("pass") != std::string::npos || low.find("pwd") != std::string::npos ||
         low.find("secret") != std::string::npos || low.find("token") != std::string::npos ||
         low.find("key=") != std::string::npos)) {
      result_.append(text.substr(0, equals + 1)).append(kHidden);
      return true;
    }
    return false;
  }

  static bool hides_next(std::string_view bare) {
    const std::string low = lowered(bare);
    if (low == "bearer" || low == "authorization") {
      return true;
    }
    return bare.size() > 2 && bare.front() == '-' && is_secret_name(bare);
  }

  /// "scheme://user:secret@host" -> "scheme://[redacted]@host", for each URL in the token.
  static std::string without_user_info(std::string_view text) {
    std::string result;
    for (;;) {
      const std::size_t scheme = text.find("://");
      if (scheme == std::string_view::npos) {
        return result.append(text);
      }
      const std::size_t begin = scheme + 3;
      // A password may hold a slash that somebody forgot to escape: up to the last @ before the
      // query is user info, if no further URL begins before it.
      const std::size_t next = text.find("://", begin);
      const std::size_t end = std::min({text.find_first_of("?#\"'", begin), next, text.size()});
      const std::size_t at = text.substr(begin, end - begin).rfind('@');
      result.append(text.substr(0, begin));
      text.remove_prefix(begin);
      if (at != std::string_view::npos) {
        result.append(kHidden);
        text.remove_prefix(at);
      }
    }
  }

  static std::string without_query_secrets(std::string_view text) {
    std::string result;
    while (!text.empty()) {
      const std::size_t equals = text.find('=');
      if (equals == std::string_view::npos) {
        return result.append(text);
      }
      const std::size_t key = text.substr(0, equals).find_last_of("?&;#");
      const std::string_view name =
          text.substr(key == std::string_view::npos ? 0 : key + 1,
                      equals - (key == std::string_view::npos ? 0 : key + 1));
      const std::size_t end = std::min(text.find_first_of("&;#", equals), text.size());
      result.append(text.substr(0, equals + 1));
      const std::string_view value = text.substr(equals + 1, end - equals - 1);
      result.append(is_secret_name(name) || is_token_form(value) ? kHidden : value);
      text.remove_prefix(end);
    }
    return result;
  }

  std::string result_;
  std::string_view program_;
  bool hide_next_ = false;
  bool rest_hidden_ = false;
};

}  // namespace

bool is_secret_name(std::string_view name) {
  std::string plain;
  for (const char byte : name) {
    if (byte != '-' && byte != '_' && byte != '.' && byte != '"' && byte != '\'') {
      plain += lower(byte);
    }
  }
  // Where a secret lies is not the secret; and "tokens" are what language models count.
  if (ends_with_any(plain, {"file", "path", "dir", "tokenizer", "tokens", "tokenlimit", "bypass",
                            "compass", "passes", "keyboard"})) {
    return false;
  }
  static constexpr std::array kParts = {
      "password",         "passwd",    "passphrase",    "passcode",   "secret",        "token",
      "apikey",           "accesskey", "privatekey",    "credential", "authorization", "bearer",
      "authkey",          "masterkey", "encryptionkey", "signature",  "cookie",        "sessionid",
      "connectionstring", "sharedkey", "accountkey",    "licensekey", "signingkey"};
  const bool holds = std::any_of(kParts.begin(), kParts.end(), [&](std::string_view part) {
    return plain.find(part) != std::string::npos;
  });
  return holds || plain == "auth" || plain == "pin" || plain == "sig" ||
         ends_with_any(plain, {"pass", "pwd", "pw"});
}

std::string redacted_command_line(std::string_view nul_separated, std::size_t max_bytes) {
  Redactor redactor;
  while (!nul_separated.empty()) {
    const std::size_t end = std::min(nul_separated.find('\0'), nul_separated.size());
    redactor.argument(nul_separated.substr(0, end));
    nul_separated.remove_prefix(std::min(end + 1, nul_separated.size()));
  }
  std::string text = std::move(redactor).take();
  while (!text.empty() && text.back() == ' ') {
    text.pop_back();
  }
  return displayable(text, max_bytes);
}

}  // namespace culprit
