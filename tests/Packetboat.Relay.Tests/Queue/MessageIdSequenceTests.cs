using CsCheck;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tests.Queue;

public sealed class MessageIdSequenceTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    private static readonly Gen<long> Numbers = Gen.Long[0, MessageIdSequence.End - 1];

    [Fact]
    public void A_number_can_be_had_back_from_its_id()
    {
        using var ids = new MessageIdSequence(Key);
        Numbers.Sample(number => ids.TryNumberOf(ids.IdOf(number), out long back) && back == number);
    }

    [Fact]
    public void An_id_is_one_that_people_can_read_aloud()
    {
        using var ids = new MessageIdSequence(Key);
        Numbers.Sample(number => MessageId.TryParse(ids.IdOf(number), out string? id) && id == ids.IdOf(number));
    }

    [Fact]
    public void Neighbours_have_nothing_in_common_that_another_key_would_repeat()
    {
        using var ids = new MessageIdSequence(Key);
        using var others = new MessageIdSequence(new byte[16]);
        string[] first = [.. Enumerable.Range(1, 1000).Select(i => ids.IdOf(i))];

        Assert.Equal(1000, first.Distinct(StringComparer.Ordinal).Count());
        // By chance two ids have a third of a character in common; those of a counter have nine.
        Assert.True(first.Zip(first.Skip(1), Shared).Average() < 0.5);
        Assert.DoesNotContain(Enumerable.Range(1, 1000), i => others.IdOf(i) == first[i - 1]);
    }

    [Fact]
    public void The_ids_of_a_key_never_change()
    {
        using var ids = new MessageIdSequence(Key);
        Assert.Equal(["KMFPV93NCN", "TTS5M37XTC"], [ids.IdOf(1), ids.IdOf(1_000_000)]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ABC")]
    [InlineData("0123456789A")]
    [InlineData("012345678I")]
    [InlineData("012345678é")]
    public void What_is_no_id_has_no_number(string text)
    {
        using var ids = new MessageIdSequence(Key);
        Assert.False(ids.TryNumberOf(text, out _));
    }

    private static int Shared(string one, string other) => one.Zip(other).Count(pair => pair.First == pair.Second);
}
