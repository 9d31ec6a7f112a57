// SPDX-License-Identifier: Apache-2.0
#include "containers/redaction.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace culprit {
namespace {

/// Arguments as the kernel keeps them.
std::string line(std::initializer_list<std::string> arguments) {
  std::string bytes;
  for (const std::string& argument : arguments) {
    bytes += argument;
    bytes += '\0';
  }
  return bytes;
}

TEST(Redaction, HidesSecretsHoweverTheyAreGiven) {
  const std::vector<std::string> lines = {
      line({"app", "--password=hunter2"}),
      line({"app", "--db-pw", "hunter2"}),
      line({"app", "--pin=hunter2"}),
      line({"app", "--password", "hunter2"}),
      line({"app", "-password=hunter2"}),
      line({"app", "--db.password:hunter2"}),
      line({"app", "--API-KEY=hunter2"}),
      line({"app", "--client-secret", "hunter2"}),
      line({"mysql", "-u", "root", "-phunter2", "shop"}),
      line({"/usr/bin/mysqldump", "-phunter2"}),
      line({"mariadb-admin", "-phunter2", "ping"}),
      line({"sshpass", "-p", "hunter2", "ssh", "host"}),
      line({"redis-cli", "-a", "hunter2", "ping"}),
      line({"redis-benchmark", "-ahunter2"}),
      line({"curl", "-u", "bob:hunter2", "http://h/"}),
      line({"curl", "-ubob:hunter2", "http://h/"}),
      line({"curl", "-H", "Authorization: Bearer hunter2", "http://h/"}),
      line({"curl", "-HAuthorization: Basic hunter2"}),
      line({"curl", "-H", "X-Api-Key: hunter2"}),
      line({"curl", "-H", "authorization:hunter2"}),
      line({"curl", "http://bob:hunter2@host/path"}),
      line({"psql", "postgres://bob:hunter2@db/shop"}),
      line({"psql", "postgres://bob:p/hunter2@db/shop"}),
      line({"app", "--url=redis://:hunter2@cache:6379/0"}),
      line({"app", "a=http://x/,b=http://u:hunter2@y/"}),
      line({"curl", "https://h/?user=a&token=hunter2&b=c"}),
      line({"curl", "https://h/?X-Amz-Signature=hunter2"}),
      line({"env", "PGPASSWORD=hunter2", "psql"}),
      line({"env", "AWS_SECRET_ACCESS_KEY=hunter2", "aws"}),
      line({"java", "-Djavax.net.ssl.keyStorePassword=hunter2", "-jar", "a.jar"}),
      line({"sh", "-c", "mysql -u root -phunter2 < dump.sql"}),
      line({"sh", "-c", "PASSWORD=hunter2 exec app"}),
      line({"sh", "-c", "PASSWORD='hunter2 hunter2' exec app"}),
      line({"sh", "-c", "curl -H 'Authorization: Bearer hunter2' http://h/"}),
      line({"app", "{\"password\": \"hunter2\"}"}),
      line({"app", "{\"password\":\"hunter2\"}"}),
      line({"app", "Server=db;User=x;Password=hunter2"}),
      line({"openssl", "enc", "-pass", "pass:hunter2"}),
      line({"openssl", "enc", "-k", "pass:hunter2"}),
      line({"app", "bearer", "hunter2"}),
      line({"app", "--auth", "Bearer hunter2"}),
      line({"ldapsearch", "-w", "hunter2"}),
      line({"app --password hunter2 (title set by the process)"}),
      line({"app", "ghp_hunter2hunter2hunter2"}),
      line({"app", "--id=AKIAhunter2HUNTER2"}),
      line({"app", "--token\t", "hunter2"}),
  };
  for (const std::string& bytes : lines) {
    const std::string shown = redacted_command_line(bytes);
    EXPECT_EQ(shown.find("hunter2"), std::string::npos) << shown;
    EXPECT_NE(shown.find("[redacted]"), std::string::npos) << shown;
  }
}

TEST(Redaction, KeepsWhatIsNoSecret) {
  const std::vector<std::pair<std::string, std::string>> lines = {
      {line({"python3", "app.py", "--port", "5000"}), "python3 app.py --port 5000"},
      {line({"nginx: worker process"}), "nginx: worker process"},
      {line({"app", "--password-file=/run/secrets/p"}), "app --password-file=/run/secrets/p"},
      {line({"server", "-p", "8080"}), "server -p 8080"},
      {line({"docker", "run", "-p", "80:80"}), "docker run -p 80:80"},
      {line({"vllm", "--max-tokens=100", "--tokenizer", "x"}),
       "vllm --max-tokens=100 --tokenizer x"},
      {line({"app", "--password", "--verbose"}), "app --password --verbose"},
      {line({"curl", "http://host:80/a?b=c&d=e"}), "curl http://host:80/a?b=c&d=e"},
      {line({"java", "-Xmx1g", "-jar", "a.jar"}), "java -Xmx1g -jar a.jar"},
      {line({"curl", "http://u:p@host/x"}), "curl http://[redacted]@host/x"},
      {line({"mail", "someone@example.org"}), "mail someone@example.org"},
      {"", ""},
  };
  for (const auto& [bytes, shown] : lines) {
    EXPECT_EQ(redacted_command_line(bytes), shown);
  }
}

TEST(Redaction, BoundsAndEscapesWhatProcessesCallThemselves) {
  const std::string escaped = redacted_command_line(line({"\x1b[31m", "a\nb"}));
  EXPECT_EQ(escaped.find('\x1b'), std::string::npos);
  EXPECT_EQ(escaped.find('\n'), std::string::npos);
  EXPECT_LE(redacted_command_line(std::string(100000, 'x')).size(), 512U);
  // What is hidden stays hidden wherever the text is cut.
  for (std::size_t limit = 0; limit < 64; ++limit) {
    const std::string cut = redacted_command_line(line({"app", "--password=hunter2", "b"}), limit);
    EXPECT_LE(cut.size(), limit);
    EXPECT_EQ(cut.find("hunter2"), std::string::npos);
  }
}

TEST(Redaction, SurvivesOddBytes) {
  const std::vector<std::string> odd = {std::string(3, '\0'),
                                        "=",
                                        "==",
                                        ":",
                                        "://",
                                        "://@",
                                        "a://@b",
                                        "?=&",
                                        "http://?&=",
                                        "-p",
                                        "\"",
                                        "'",
                                        "a='",
                                        line({"mysql", "-p"}),
                                        line({"x", "--password="}),
                                        line({"x", "--password"}),
                                        std::string("\xff\xfe\x00=\x80", 5),
                                        "http://a@b://c@d://e",
                                        "a?://=&=&="};
  for (const std::string& bytes : odd) {
    redacted_command_line(bytes);
  }
}

}  // namespace
}  // namespace culprit
