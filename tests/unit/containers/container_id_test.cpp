// SPDX-License-Identifier: Apache-2.0
#include "containers/container_id.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace culprit {
namespace {

const std::string kId = "3f9c1b2a77de0123456789abcdef0123456789abcdef0123456789abcdef0123";
const std::string kOther = std::string(64, 'a');
const std::string kUid = "8c0e2a3b-1234-4cde-9f01-23456789abcd";
const std::string kUnderscored = "8c0e2a3b_1234_4cde_9f01_23456789abcd";
const std::string kStaticUid = "0123456789abcdef0123456789abcdef";

struct Case {
  const char* what;
  std::string path;
  std::string runtime;
  std::string id;
  std::string pod_uid;
  std::string own_path;  ///< empty: the whole path
};

std::vector<Case> containers() {
  const std::string pod = "/kubepods/burstable/pod" + kUid;
  const std::string slice =
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + kUnderscored + ".slice";
  const std::string user =
      "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope";
  return {
      {"docker, cgroupfs", "/docker/" + kId, "docker", kId, "", ""},
      {"docker, systemd", "/system.slice/docker-" + kId + ".scope", "docker", kId, "", ""},
      {"docker, own parent", "/limited/" + kId, "oci", kId, "", ""},
      {"docker, colons", "/system.slice:docker:" + kId, "docker", kId, "", ""},
      {"systemd within docker", "/docker/" + kId + "/init.scope", "docker", kId, "",
       "/docker/" + kId},
      {"service within docker", "/docker/" + kId + "/system.slice/nginx.service", "docker", kId, "",
       "/docker/" + kId},
      {"docker within docker", "/docker/" + kId + "/docker/" + kOther, "docker", kId, "",
       "/docker/" + kId},
      {"kind node", "/docker/" + kId + "/kubelet" + pod + "/" + kOther, "docker", kId, "",
       "/docker/" + kId},
      {"dockerd as a unit's child", "/system.slice/docker.service/docker/" + kId, "docker", kId, "",
       ""},
      {"nerdctl", "/default/" + kId, "containerd", kId, "", ""},
      {"ctr", "/default/redis", "containerd", "redis", "", ""},
      {"containerd's kubernetes namespace", "/k8s.io/" + kId, "containerd", kId, "", ""},
      {"nerdctl, systemd", "/system.slice/nerdctl-" + kId + ".scope", "containerd", kId, "", ""},
      {"kubernetes, systemd, containerd", slice + "/cri-containerd-" + kId + ".scope", "containerd",
       kId, kUid, ""},
      {"kubernetes, systemd, crio", slice + "/crio-" + kId + ".scope", "crio", kId, kUid, ""},
      {"kubernetes, systemd, docker", slice + "/docker-" + kId + ".scope", "docker", kId, kUid, ""},
      {"crio with a leaf", slice + "/crio-" + kId + ".scope/container", "crio", kId, kUid,
       slice + "/crio-" + kId + ".scope"},
      {"kubernetes, cgroupfs", pod + "/" + kId, "oci", kId, kUid, ""},
      {"kubernetes, guaranteed", "/kubepods/pod" + kUid + "/" + kId, "oci", kId, kUid, ""},
      {"kubernetes, static pod", "/kubepods/besteffort/pod" + kStaticUid + "/" + kId, "oci", kId,
       kStaticUid, ""},
      {"kubernetes, colons",
       "/system.slice/containerd.service/kubepods-burstable-pod" + kUnderscored +
           ".slice:cri-containerd:" + kId,
       "containerd", kId, kUid, ""},
      {"a pod without container", slice, "kubernetes", "", kUid, ""},
      {"kubelet's own root",
       "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + kUnderscored +
           ".slice/cri-containerd-" + kId + ".scope",
       "containerd", kId, kUid, ""},
      {"podman, root", "/machine.slice/libpod-" + kId + ".scope/container", "podman", kId, "",
       "/machine.slice/libpod-" + kId + ".scope"},
      {"podman, rootless", user + "/container", "podman", kId, "", user},
      {"podman, cgroupfs", "/libpod_parent/libpod-" + kId, "podman", kId, "", ""},
      {"ecs", "/ecs/0123/" + kId, "docker", kId, "", ""},
      {"ecs, systemd", "/ecstasks.slice/ecstasks-0123.slice/docker-" + kId + ".scope", "docker",
       kId, "", ""},
      {"fargate", "/ecs/" + kStaticUid + "/" + kStaticUid + "-1234567890", "containerd",
       kStaticUid + "-1234567890", "", ""},
      {"buildkit in docker", "/docker/buildkit/abcdefghij0123456789klmno", "buildkit",
       "abcdefghij0123456789klmno", "", ""},
      {"buildkit, systemd", "/system.slice/buildkit-abcdefghij0123456789klmno.scope", "buildkit",
       "abcdefghij0123456789klmno", "", ""},
      {"buildkit in a container", "/docker/" + kId + "/buildkit/abcdefghij0123456789klmno",
       "docker", kId, "", "/docker/" + kId},
      {"lxc", "/lxc.payload.web/init.scope", "lxc", "web", "", "/lxc.payload.web"},
      {"lxc, v1", "/lxc/101/ns/system.slice/cron.service", "lxc", "101", "", "/lxc/101"},
      {"lxc, newer v1", "/lxc.payload/web/system.slice", "lxc", "web", "", "/lxc.payload/web"},
      {"docker in lxc", "/lxc.payload.web/docker/" + kId, "lxc", "web", "", "/lxc.payload.web"},
      {"nspawn", "/machine.slice/machine-deb\\x2d12.scope/payload", "machined", "deb\\x2d12", "",
       "/machine.slice/machine-deb\\x2d12.scope"},
      {"github's runner", "/actions_job/" + kId, "docker", kId, "", ""},
      {"gone", "/docker/" + kId + " (deleted)", "docker", kId, "", "/docker/" + kId},
      {"with a slash at the end", "/docker/" + kId + "/", "docker", kId, "", "/docker/" + kId},
      {"from a private namespace", "/../" + kOther.substr(1) + "/../docker/" + kId, "docker", kId,
       "", ""},
  };
}

TEST(ContainerId, ReadsThePathsOfEngines) {
  for (const Case& each : containers()) {
    SCOPED_TRACE(each.what);
    const ContainerId container = identify_cgroup(each.path);
    EXPECT_EQ(container.kind, WorkloadKind::Container);
    EXPECT_EQ(container.runtime, each.runtime);
    EXPECT_EQ(container.id, each.id);
    EXPECT_EQ(container.pod_uid, each.pod_uid);
    EXPECT_EQ(container.path, each.own_path.empty() ? each.path : each.own_path);
    EXPECT_FALSE(container.name.empty());
  }
}

TEST(ContainerId, NamesAContainerByTheFirstTwelveDigits) {
  EXPECT_EQ(identify_cgroup("/docker/" + kId).name, kId.substr(0, 12));
  EXPECT_EQ(identify_cgroup("/machine.slice/machine-deb\\x2d12.scope").name, "deb-12");
  EXPECT_EQ(identify_cgroup("/ecs/0123/" + kId).ecs_task, "0123");
  EXPECT_EQ(
      identify_cgroup("/ecstasks.slice/ecstasks-0123.slice/docker-" + kId + ".scope").ecs_task,
      "0123");
}

TEST(ContainerId, TakesAMachineWithoutANameForNone) {
  EXPECT_EQ(identify_cgroup("/machine.slice/systemd-nspawn@deb.service").runtime, "machined");
  for (const std::string path : {"/machine.slice/systemd-nspawn@", "/systemd-nspawn@.service"}) {
    EXPECT_NE(identify_cgroup(path).kind, WorkloadKind::Container) << path;
    EXPECT_FALSE(identify_cgroup(path).name.empty()) << path;
  }
}

TEST(ContainerId, ReadsHostServices) {
  struct Service {
    std::string path, name, runtime, own_path;
  };
  const std::string manager = "/user.slice/user-1000.slice/user@1000.service";
  const std::vector<Service> services = {
      {"/system.slice/nginx.service", "nginx.service", "systemd", ""},
      {"/system.slice/nginx.service/worker", "nginx.service", "systemd",
       "/system.slice/nginx.service"},
      {"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", "systemd", ""},
      {"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "systemd", ""},
      {manager + "/app.slice/app-firefox.scope", "app-firefox.scope", "systemd", ""},
      {manager, "user@1000.service", "systemd", ""},
      {"/init.scope", "init.scope", "systemd", ""},
      {"/system.slice", "system.slice", "systemd", ""},
      {"/system.slice/dev-hugepages.mount", "dev-hugepages.mount", "systemd", ""},
      {"/system.slice/a\\x2db.service", "a-b.service", "systemd", ""},
      {"/libpod_parent/conmon", "libpod_parent/conmon", "cgroup", ""},
      {"/machine.slice/libpod-conmon-" + kId + ".scope", "libpod-conmon-" + kId + ".scope",
       "systemd", ""},
      {"/lxc.monitor.web", "lxc.monitor.web", "cgroup", ""},
      {"/culprit-test/loop", "culprit-test/loop", "cgroup", ""},
      {"/docker/" + kId.substr(1), "docker/" + kId.substr(1), "cgroup", ""},
      {"/docker/" + std::string(64, 'G'), "docker/" + std::string(64, 'G'), "cgroup", ""},
  };
  for (const Service& each : services) {
    SCOPED_TRACE(each.path);
    const ContainerId service = identify_cgroup(each.path);
    EXPECT_EQ(service.kind, WorkloadKind::HostService);
    EXPECT_EQ(service.name, each.name);
    EXPECT_EQ(service.runtime, each.runtime);
    EXPECT_EQ(service.path, each.own_path.empty() ? each.path : each.own_path);
    EXPECT_TRUE(service.id.empty());
  }
}

TEST(ContainerId, CallsTheRootTheHost) {
  for (const char* path : {"/", "", "//", "/..", "/../.."}) {
    EXPECT_EQ(identify_cgroup(path).kind, WorkloadKind::Host) << path;
    EXPECT_EQ(identify_cgroup(path).path, "/");
  }
}

TEST(ContainerId, MakesHostileNamesHarmless) {
  const ContainerId escape = identify_cgroup("/lxc.payload.\x1b[31mred\n");
  EXPECT_EQ(escape.name.find('\x1b'), std::string::npos);
  EXPECT_EQ(escape.name.find('\n'), std::string::npos);
  const ContainerId unit = identify_cgroup("/system.slice/\\x1b\\x0a.service");
  EXPECT_EQ(unit.name.find('\x1b'), std::string::npos);
  const std::string deep = [] {
    std::string path;
    for (int depth = 0; depth < 100000; ++depth) {
      path += "/x";
    }
    return path;
  }();
  EXPECT_LE(identify_cgroup(deep).name.size(), 128U);
  EXPECT_LE(identify_cgroup("/" + std::string(100000, ':')).path.size(), 4096U);
  for (const char* odd : {":", "/:", "/::", "/docker-.scope", "/\\x", "/\\xZZ.service", "/.scope",
                          "/pod", "/kubepods-pod.slice", "no slash", "/lxc.payload."}) {
    EXPECT_NE(identify_cgroup(odd).kind, WorkloadKind::Container) << odd;
  }
}

TEST(ContainerId, PrefersThePathThatNamesAContainer) {
  const std::string docker = "/docker/" + kId;
  const std::string unit = "/system.slice/docker.service";
  EXPECT_EQ(more_telling_path(unit, docker), docker);
  EXPECT_EQ(more_telling_path(docker, unit), docker);
  EXPECT_EQ(more_telling_path("/", unit), unit);
  EXPECT_EQ(more_telling_path(unit, "/"), unit);
  EXPECT_EQ(more_telling_path("", unit), unit);
  EXPECT_EQ(more_telling_path(unit, ""), unit);
  EXPECT_EQ(more_telling_path("", ""), "");
}

}  // namespace
}  // namespace culprit
