using Packetboat.Protocol;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Import;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// Synchronet's user file. The input is one record without its padding, or the file as it is. Whoever is taken could have been added by hand, and
/// no password is in what is said.
/// </summary>
internal sealed class UserTabTarget : IFuzzTarget
{
    public string Name => "user-tab";

    public string What => "Synchronet's user.tab";

    public IReadOnlyList<string> Words { get; } = ["\t", "MYBBS", "\n", "Q", "QM", "40", "1", "ffffffff", "\r"];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (input.Length > UserTab.RecordLength)
            return Taken(input);
        byte[] record = new byte[UserTab.RecordLength];
        Array.Fill(record, (byte)' ');
        input[..Math.Min(input.Length, record.Length - 1)].CopyTo(record);
        record[^1] = (byte)'\n';
        return Taken([.. record, .. record]);
    }

    private static int Taken(ReadOnlySpan<byte> file)
    {
        var read = UserTab.Read(file);
        Check.Same(file.Length / UserTab.RecordLength, read.Users.Count, "records");
        var plan = ImportPlan.Of(read.Users, [], []);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (PlannedImport row in plan.Rows)
        {
            Check.That(row.Account is null != row.Refusal is null, "neither taken nor refused, or both");
            Check.That(row.Account is null || names.Add(row.Account.LoginForm), "a name is taken twice");
            Check.That(
                row.Account is null || CredentialIssuer.Unfit(row.Account, row.User.Password) is null,
                "a password is taken that cannot be used"
            );
            if (row.Refusal is { } refusal)
                Check.IsPrintable(PrintableText.Of(refusal.ToString(), 4000), "a refusal");
        }

        return HashCode.Combine(plan.Rows.Count, names.Count, plan.Rows is [var first, ..] ? first.Refusal?.Reason.Length : 0);
    }
}
