using CsCheck;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tests.Queue;

public sealed class RetryScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly RetryLimits Limits = new(TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), 50, TimeSpan.FromDays(5));

    private static readonly Gen<RetryLimits> AnyLimits = Gen.Select(
        Gen.Int[1, 3600],
        Gen.Int[1, 86_400],
        Gen.Int[1, 100],
        Gen.Int[60, 1_000_000],
        (first, longest, attempts, age) =>
            new RetryLimits(TimeSpan.FromSeconds(first), TimeSpan.FromSeconds(longest), attempts, TimeSpan.FromSeconds(age))
    );

    [Fact]
    public void What_was_taken_is_done_however_late_and_often_it_was_tried() =>
        Assert.IsType<RetryVerdict.Done>(Decide(SmtpVerdict.Accepted, 99, Noon.AddDays(99)));

    [Fact]
    public void A_permanent_refusal_goes_back_at_the_first_attempt_and_needs_no_more_words() =>
        Assert.Equal(new RetryVerdict.Bounce(""), Decide(SmtpVerdict.Permanent, 1, Noon));

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 120)]
    [InlineData(6, 1920)]
    [InlineData(7, 3600)]
    [InlineData(49, 3600)]
    public void The_pause_doubles_up_to_the_longest(int attempts, int seconds) =>
        Assert.Equal(new RetryVerdict.RetryAt(Noon.AddSeconds(seconds)), Decide(SmtpVerdict.Temporary, attempts, Noon));

    [Fact]
    public void A_reply_that_never_came_is_no_acceptance() =>
        Assert.IsType<RetryVerdict.RetryAt>(Decide(SmtpVerdict.Unknown, 1, Noon));

    [Fact]
    public void The_last_attempt_that_counts_is_the_last() =>
        Assert.Equal(
            new RetryVerdict.Bounce("it was tried 50 times, which is the limit"),
            Decide(SmtpVerdict.Temporary, 50, Noon)
        );

    [Fact]
    public void There_is_one_more_attempt_at_the_end_of_the_age_and_none_after_it()
    {
        DateTimeOffset end = Noon + Limits.MaxAge;
        Assert.Equal(new RetryVerdict.RetryAt(end), Decide(SmtpVerdict.Temporary, 20, end.AddMinutes(-1)));
        Assert.Equal(new RetryVerdict.Bounce("it could not be delivered within 5 days"), Decide(SmtpVerdict.Temporary, 20, end));
    }

    [Fact]
    public void A_pause_lies_between_four_fifths_and_the_whole_and_never_exceeds_the_longest() =>
        Gen.Select(AnyLimits, Gen.Int[0, 1000], Gen.Double[0, 1])
            .Sample(
                (limits, attempts, jitter) =>
                {
                    TimeSpan whole = RetrySchedule.Pause(attempts, 0, limits);
                    TimeSpan pause = RetrySchedule.Pause(attempts, jitter, limits);
                    return whole <= Max(limits.Longest, TimeSpan.FromSeconds(1))
                        && pause <= whole
                        && pause >= TimeSpan.FromSeconds(1)
                        && pause >= Max(whole * 0.799, TimeSpan.FromSeconds(1));
                }
            );

    [Fact]
    public void A_temporary_failure_always_ends_in_a_time_after_now_and_within_the_age_or_in_a_bounce() =>
        Gen.Select(AnyLimits, Gen.Int[1, 200], Gen.Int[0, 2_000_000], Gen.Double[0, 1])
            .Sample(
                (limits, attempts, age, jitter) =>
                {
                    DateTimeOffset now = Noon.AddSeconds(age);
                    return RetrySchedule.Decide(SmtpVerdict.Temporary, attempts, Noon, now, jitter, limits) switch
                    {
                        RetryVerdict.RetryAt at => at.Time > now && at.Time <= Noon + limits.MaxAge,
                        RetryVerdict.Bounce bounce => bounce.Why.Length > 0
                            && (attempts >= limits.MaxAttempts || now >= Noon + limits.MaxAge),
                        _ => false,
                    };
                }
            );

    [Fact]
    public void Whoever_fails_long_enough_is_given_up_in_the_end() =>
        AnyLimits.Sample(limits =>
        {
            DateTimeOffset now = Noon;
            int attempts = 1;
            while (RetrySchedule.Decide(SmtpVerdict.Temporary, attempts, Noon, now, 0.5, limits) is RetryVerdict.RetryAt at)
                (now, attempts) = (at.Time, attempts + 1);
            return attempts <= limits.MaxAttempts && now <= Noon + limits.MaxAge;
        });

    private static RetryVerdict Decide(SmtpVerdict verdict, int attempts, DateTimeOffset now) =>
        RetrySchedule.Decide(verdict, attempts, Noon, now, jitter: 0, Limits);

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
