// SPDX-License-Identifier: Apache-2.0
// What every victim shares: it ends by itself, says on standard error when its behaviour has begun,
// and takes its helpers with it.
#pragma once

#include <netinet/in.h>
#include <sys/types.h>

/// The function is kept as a frame of its own, so that a test can ask for its name.
#define OWN_FRAME __attribute__((noinline, noclone))

/// Ends the process with exit code 0 after that many seconds of wall time, whatever it is doing.
/// `seconds` is text from the command line; 1 to 600, else the process ends with 2.
void end_after(const char* seconds);

/// Says on standard error that the behaviour begins, with the port that it is about (0: none).
void say_ready(uint16_t port);

/// Prints what failed with errno's text and ends with 1.
_Noreturn void fail(const char* what);

/// Prints how to call the program and ends with 2.
_Noreturn void usage(const char* text);

/// Forks; the child is killed when its parent dies. 0 in the child.
pid_t fork_helper(void);

/// A TCP socket that listens on 127.0.0.1; the port found is stored in *port (0 asks for any).
int listen_on_loopback(uint16_t* port, int backlog);

struct sockaddr_in loopback_address(uint16_t port);

/// A port of 127.0.0.1 on which nobody listens: taken from the kernel, then given back.
uint16_t closed_loopback_port(void);

/// Moves the process into a network namespace of its own with nothing but a working loopback, and
/// into a mount namespace whose mounts nobody else sees. Needs root.
void enter_private_namespaces(void);
