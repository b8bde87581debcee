using Packetboat.Relay.Tests.Queue;

namespace Packetboat.Relay.Tests.Attacks;

/// <summary>Whoever knows the ids of his own messages, as every sender does, finds no other's by going on from them.</summary>
public sealed class QueueIdGuessingTests
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Known = 40;

    public static TheoryData<string> Strategies() =>
        [
            "the next",
            "the one before",
            "another first letter",
            "another last letter",
            "backwards",
            "turned by one",
            "halves exchanged",
            "any",
        ];

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Strategies))]
    public async Task An_id_leads_to_no_other(string strategy)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using var rig = new QueueRig();
        string[] own = new string[Known];
        for (int i = 0; i < Known; i++)
        {
            own[i] = await rig.SendAsync($"r{i}@far.example");
            await rig.SendAsync($"other{i}@far.example"); // somebody else's, between them
        }

        Assert.NotNull(await rig.Store.FindAsync(own[0], ct));

        var dice = new Random(1);
        foreach (string guess in own.SelectMany(id => Guesses(strategy, id, dice)).Except(own))
            Assert.Null(await rig.Store.FindAsync(guess, ct));
    }

    private static IEnumerable<string> Guesses(string strategy, string id, Random dice) =>
        strategy switch
        {
            "the next" => [Stepped(id, 1)],
            "the one before" => [Stepped(id, -1)],
            "another first letter" => Digits.Select(digit => digit + id[1..]),
            "another last letter" => Digits.Select(digit => id[..^1] + digit),
            "backwards" => [new string([.. id.Reverse()])],
            "turned by one" => [id[1..] + id[0], id[^1] + id[..^1]],
            "halves exchanged" => [id[(id.Length / 2)..] + id[..(id.Length / 2)]],
            _ => Enumerable.Range(0, 50).Select(_ => new string(dice.GetItems(Digits.AsSpan(), id.Length))),
        };

    /// <summary>As a number of these digits, one more or less.</summary>
    private static string Stepped(string id, int step)
    {
        char[] digits = id.ToCharArray();
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            int value = Digits.IndexOf(digits[i], StringComparison.Ordinal) + step;
            digits[i] = Digits[(value + Digits.Length) % Digits.Length];
            if (value >= 0 && value < Digits.Length)
                break;
        }

        return new string(digits);
    }
}
