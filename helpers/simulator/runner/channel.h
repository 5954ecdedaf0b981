// SPDX-License-Identifier: Apache-2.0
// The socket to the parent: requests come in, with open files, and a byte goes back when a launch is over.
#ifndef SIMULATOR_RUNNER_CHANNEL_H
#define SIMULATOR_RUNNER_CHANNEL_H

#include <string>
#include <vector>

namespace Simulator {

// One request. Whoever holds it owns the files: they close with it.
class Message {
public:
    Message() = default;
    Message(const Message &) = delete;
    Message &operator=(const Message &) = delete;
    ~Message();

    std::vector<std::string> words;
    std::vector<int> files;
};

class Channel {
public:
    // Takes over standard input, which is a stream socket, and leaves an empty file in its place.
    Channel();

    enum class Received { MESSAGE, CLOSED, IDLE };
    // CLOSED: the parent is gone. IDLE: it has asked for nothing during `idleSeconds`.
    Received Receive(Message &message, int idleSeconds);
    void ReplyDone();
    // Returns once `descriptor` can be read; false if the parent went first.
    bool StaysOpenUntil(int descriptor);

private:
    bool ReadAll(void *bytes, size_t size);

    int socket_;
};

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_CHANNEL_H
