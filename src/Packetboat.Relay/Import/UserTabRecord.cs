using System.Globalization;

namespace Packetboat.Relay.Import;

/// <summary>A user of a Synchronet system: what of a record of <c>data/user/user.tab</c> matters to a hub.</summary>
/// <param name="Number">From 1 on: the place in the file.</param>
/// <param name="Alias">A node's is its QWK-ID.</param>
/// <param name="Password">In clear, as Synchronet keeps it.</param>
/// <param name="IsDeleted">Bit 0 of the misc field.</param>
/// <param name="IsInactive">Bit 6 of it.</param>
/// <param name="Restrictions">Letters; <c>Q</c> makes the user a node of a QWK network.</param>
/// <param name="Fault">Why the record cannot be read, and the rest is empty; null: it can.</param>
public sealed record UserTabRecord(
    int Number,
    string Alias,
    string Password,
    bool IsDeleted,
    bool IsInactive,
    string Restrictions,
    string? Fault = null
)
{
    public bool IsNode => Has('Q');

    public bool Has(char restriction) => Restrictions.Contains(restriction, StringComparison.OrdinalIgnoreCase);

    /// <summary>Not the password: this ends up in logs.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"user {Number}");
}
