// SPDX-License-Identifier: Apache-2.0
#include "investigation/overhead_guard.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using Action = OverheadGuard::Action;

/// A host on which the hook takes a share of one CPU while it is attached.
class GuardedHook {
 public:
  GuardedHook(OverheadGuard guard, double share) : guard_(guard), share_(share) {}

  /// Ten milliseconds later.
  Action step() {
    constexpr milliseconds kStep{10};
    now_ += kStep;
    if (attached_) {
      cost_.hook.run_time +=
          nanoseconds(static_cast<std::int64_t>(share_ * nanoseconds(kStep).count()));
      attached_time_ += kStep;
    }
    cost_.always.run_time +=
        nanoseconds(static_cast<std::int64_t>(others_ * nanoseconds(kStep).count()));
    const Action action = guard_.step(cost_, now_);
    attached_ = action == Action::Attach || (attached_ && action != Action::Detach);
    if (action == Action::Narrow) {
      ++narrowed_;
    }
    return action;
  }
  void run(milliseconds duration) {
    for (const auto end = now_ + duration; now_ < end;) {
      step();
    }
  }
  void set_share(double share) { share_ = share; }
  void set_others(double share) { others_ = share; }

  [[nodiscard]] double attached_share() const {
    return static_cast<double>(attached_time_.count()) / static_cast<double>(now_.count());
  }
  [[nodiscard]] double cost_share() const {
    return static_cast<double>((cost_.hook.run_time + cost_.always.run_time).count()) /
           static_cast<double>(now_.count());
  }
  [[nodiscard]] int narrowed() const { return narrowed_; }
  [[nodiscard]] bool attached() const { return attached_; }
  [[nodiscard]] const OverheadGuard& guard() const { return guard_; }

 private:
  OverheadGuard guard_;
  double share_;
  double others_ = 0;
  EventCost cost_;
  nanoseconds now_{0};
  nanoseconds attached_time_{0};
  bool attached_ = true;
  int narrowed_ = 0;
};

TEST(OverheadGuard, LeavesWhatIsCheapAttached) {
  GuardedHook hook(OverheadGuard(0.02, 1), 0.01);
  hook.run(milliseconds(5000));
  EXPECT_EQ(hook.attached_share(), 1.0);
  EXPECT_EQ(hook.narrowed(), 0);
}

TEST(OverheadGuard, KeepsTheLimitOnAverage) {
  for (const double share : {0.04, 0.1, 0.3, 0.8}) {
    GuardedHook hook(OverheadGuard(0.02, 1), share);
    hook.run(milliseconds(20000));
    EXPECT_NEAR(hook.cost_share(), 0.02, 0.005) << share;
  }
}

TEST(OverheadGuard, PaysForTheOtherProgramsToo) {
  GuardedHook hook(OverheadGuard(0.04, 1), 0.3);
  hook.set_others(0.02);
  hook.run(milliseconds(20000));
  EXPECT_NEAR(hook.cost_share(), 0.04, 0.008);
}

TEST(OverheadGuard, StillLooksWhenTheOtherProgramsTakeAll) {
  GuardedHook hook(OverheadGuard(0.02, 1), 0.05);
  hook.set_others(0.05);
  hook.run(milliseconds(20000));
  EXPECT_NEAR(hook.attached_share(), 0.1, 0.02);
}

TEST(OverheadGuard, TellsTheMeanOfWhatTheHookTakes) {
  GuardedHook hook(OverheadGuard(0.02, 1), 0.1);
  hook.run(milliseconds(5000));
  hook.set_share(0.3);
  hook.run(milliseconds(5000));
  EXPECT_GT(hook.guard().attached_share(), 0.1);
  EXPECT_LT(hook.guard().attached_share(), 0.25);
}

TEST(OverheadGuard, LooksAtEverySecondUnlessThatIsTooDear) {
  GuardedHook hook(OverheadGuard(0.02, 1), 0.2);
  hook.run(milliseconds(1000));
  for (int second = 1; second < 10; ++second) {
    const double before = hook.attached_share() * second;
    hook.run(milliseconds(1000));
    EXPECT_GT(hook.attached_share() * (second + 1), before) << second;
  }
}

TEST(OverheadGuard, NarrowsOnceBeforePausingForLong) {
  GuardedHook hook(OverheadGuard(0.01, 1), 0.9);
  hook.run(milliseconds(10000));
  EXPECT_EQ(hook.narrowed(), 1);
}

TEST(OverheadGuard, ReturnsWhenTheHostHasCalmedDown) {
  GuardedHook hook(OverheadGuard(0.02, 1), 0.3);
  hook.run(milliseconds(3000));
  hook.set_share(0.001);
  hook.run(milliseconds(1500));
  EXPECT_TRUE(hook.attached());
  const double before = hook.attached_share();
  hook.run(milliseconds(3000));
  EXPECT_GT(hook.attached_share(), before);
}

TEST(OverheadGuard, CountsTheEntryThatTheProgramsOwnTimeLeavesOut) {
  OverheadGuard guard(0.02, 1);
  EXPECT_EQ(guard.step({.hook = {.runs = 10'000, .run_time = microseconds(0)}, .always = {}},
                       milliseconds(100)),
            Action::Keep);
  EXPECT_NEAR(guard.attached_share(), 0.02, 1e-9);
}

TEST(OverheadGuard, IsNeverDueAtOnceAfterAStep) {
  for (const double max_share : {0.0, 0.02, 1.0}) {
    OverheadGuard guard(max_share, 2);
    for (int step = 1; step < 100; ++step) {
      const milliseconds now(step * 40);
      guard.step({.hook = {.runs = 1'000'000U * static_cast<unsigned>(step),
                           .run_time = milliseconds(step)},
                  .always = {}},
                 now);
      EXPECT_GT(guard.due_in(now), nanoseconds(0)) << max_share << " in step " << step;
    }
  }
}

TEST(OverheadGuard, SharesTheCostAmongTheCpus) {
  OverheadGuard guard(0.02, 8);
  EXPECT_EQ(guard.step({.hook = {.runs = 1, .run_time = milliseconds(10)}, .always = {}},
                       milliseconds(100)),
            Action::Keep);
}

}  // namespace
}  // namespace culprit
