using System.Globalization;
using System.Text;

namespace Packetboat.Relay.Import;

/// <summary>
/// Synchronet's <c>data/user/user.tab</c>: a record of 999 octets and LF for each user, in the order of their numbers, its fields separated by
/// tabs. A record that is no record is reported and the others are read all the same.
/// </summary>
/// <param name="Users">In the order of the file.</param>
/// <param name="Fault">What is wrong with the file as a whole; null: nothing.</param>
public sealed record UserTab(IReadOnlyList<UserTabRecord> Users, string? Fault)
{
    public const int RecordLength = 1000;

    /// <summary>Octets: 33 000 users.</summary>
    public const int MostOctets = 32 * 1024 * 1024;

    private const int AliasField = 1;
    private const int MiscField = 16;
    private const int PasswordField = 47;
    private const int RestrictionsField = 55;
    private const uint Deleted = 1 << 0;
    private const uint Inactive = 1 << 6;

    /// <summary>Octets at most. The specification's 6.2.</summary>
    private const int LongestAlias = 25;

    private const int LongestPassword = 40;

    public static UserTab Read(ReadOnlySpan<byte> content)
    {
        var users = new List<UserTabRecord>(content.Length / RecordLength);
        while (content.Length >= RecordLength)
        {
            users.Add(Record(users.Count + 1, content[..RecordLength]));
            content = content[RecordLength..];
        }

        return new UserTab(
            users,
            content.IsEmpty
                ? null
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"the last {content.Length} octets are no whole record of {RecordLength}: it is cut off, or no user.tab"
                )
        );
    }

    private static UserTabRecord Record(int number, ReadOnlySpan<byte> record)
    {
        if (record[^1] != (byte)'\n' || record[..^1].ContainsAny((byte)'\n', (byte)'\r'))
            return Bad(number, "it is not 999 octets and a line end");
        string[] fields = Encoding.Latin1.GetString(record[..^1]).Split('\t');
        if (fields.Length <= RestrictionsField)
            return Bad(number, string.Create(CultureInfo.InvariantCulture, $"it has only {fields.Length} fields"));
        if (!uint.TryParse(fields[MiscField], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint misc))
            return Bad(number, "its misc field is not a hexadecimal number");
        (string alias, string password) = (fields[AliasField], fields[PasswordField]);
        if (alias.Length > LongestAlias || password.Length > LongestPassword)
            return Bad(number, "its alias or password is longer than such a field can be");
        return new UserTabRecord(
            number,
            alias,
            password,
            (misc & Deleted) != 0,
            (misc & Inactive) != 0,
            fields[RestrictionsField].TrimEnd()
        );
    }

    private static UserTabRecord Bad(int number, string fault) => new(number, "", "", false, false, "", fault);
}
