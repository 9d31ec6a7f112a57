// SPDX-License-Identifier: Apache-2.0
#include "containers/docker_engine.h"

#include <unistd.h>

#include <cstddef>
#include <exception>
#include <system_error>
#include <utility>

#include "base/display_text.h"
#include "containers/docker_answers.h"
#include "containers/unix_http.h"

namespace culprit {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

/// More running containers than this are rare on one host; their names come with the list anyway.
constexpr std::size_t kMaxDetails = 512;

/// Asks for start times, restarts, health and limits, which the list does not hold.
void add_details(UnixHttpClient& client, const std::string& runtime, const std::string& socket,
                 std::vector<EngineContainer>& containers, EngineAnswer& answer) {
  std::size_t asked = 0;
  for (EngineContainer& container : containers) {
    if (!container.running || asked == kMaxDetails) {
      continue;
    }
    ++asked;
    const auto body = client.get("/containers/" + container.id + "/json");
    if (!body && client.usable()) {
      continue;  // gone since it was listed
    }
    if (!body) {
      answer.failures.push_back(runtime + " gave the details of " + std::to_string(asked - 1) +
                                " containers only: " + body.error().message());
      return;
    }
    auto details = parse_container_details(*body);
    if (!details) {
      answer.failures.push_back(socket + ": " + details.error().message());
      return;
    }
    // The list's name and image are what people see in `docker ps`; all else is better here.
    details->name = container.name.empty() ? details->name : container.name;
    details->image = container.image.empty() ? details->image : container.image;
    fill_gaps(*details, container);
    container = *std::move(details);
  }
}

Status ask_engine(const std::string& socket, TimePoint deadline, EngineAnswer& answer) {
  auto client = UnixHttpClient::connect(socket, deadline);
  if (!client) {
    return std::move(client).error();
  }
  const auto version_body = client->get("/version");
  if (!version_body) {
    return version_body.error();
  }
  const auto version = parse_version(*version_body);
  if (!version) {
    return Error(version.error()).within(socket);
  }
  answer.engines.push_back(version->engine + " " + version->version + " (" + socket + ")");
  // Stopped ones too: a container may stop between its first sample and this answer.
  const auto list = client->get("/containers/json?all=true");
  if (!list) {
    return list.error();
  }
  auto containers = parse_container_list(*list);
  if (!containers) {
    return std::move(containers).error().within(socket);
  }
  add_details(*client, version->engine, socket, *containers, answer);
  for (EngineContainer& container : *containers) {
    container.runtime = version->engine;
    answer.containers.push_back(std::move(container));
  }
  return Success{};
}

EngineAnswer not_asked(const std::exception& failure) {
  EngineAnswer answer;
  answer.failures.push_back("the container engine was not asked: " + displayable(failure.what()));
  return answer;
}

/// What the libraries throw (no memory, no descriptors left) must not end the investigation.
EngineAnswer ask_guarded(const EngineSockets& sockets, std::chrono::milliseconds deadline) {
  try {
    return ask_engines(sockets, deadline);
  } catch (const std::exception& failure) {
    return not_asked(failure);
  }
}

}  // namespace

std::vector<std::string> default_engine_sockets() {
  return {"/var/run/docker.sock", "/run/podman/podman.sock"};
}

EngineAnswer ask_engines(const EngineSockets& sockets, std::chrono::milliseconds deadline) {
  const TimePoint end = std::chrono::steady_clock::now() + deadline;
  EngineAnswer answer;
  std::vector<std::string> paths = sockets.paths;
  if (!sockets.named_by_user) {
    std::erase_if(paths, [](const auto& path) { return ::access(path.c_str(), F_OK) != 0; });
  }
  std::size_t left = paths.size();
  for (const std::string& socket : paths) {
    // Each gets an equal part of what is left, so that a stuck engine does not hide the next one.
    const auto now = std::chrono::steady_clock::now();
    const TimePoint own_end = now + (end - now) / static_cast<int>(left--);
    if (const Status asked = ask_engine(socket, own_end, answer); !asked) {
      answer.failures.push_back(displayable(asked.error().message()));
    }
  }
  return answer;
}

EngineQuery::EngineQuery(EngineSockets sockets, std::function<void()> prepare_thread,
                         std::chrono::milliseconds deadline) {
  std::packaged_task<EngineAnswer()> task(
      [asked = std::move(sockets), prepare = std::move(prepare_thread), deadline] {
        if (prepare) {
          prepare();
        }
        return ask_guarded(asked, deadline);
      });
  answer_ = task.get_future();
  // Starting a thread throws when the host has none left: then names come from disk only.
  try {
    thread_ = std::jthread(std::move(task));
  } catch (const std::system_error& failure) {
    std::promise<EngineAnswer> refused;
    answer_ = refused.get_future();
    refused.set_value(not_asked(failure));
  }
}

std::optional<EngineAnswer> EngineQuery::poll() {
  if (!answer_.valid() || answer_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    return std::nullopt;
  }
  return answer_.get();
}

EngineAnswer EngineQuery::wait() {
  return answer_.valid() ? answer_.get() : EngineAnswer();
}

}  // namespace culprit
