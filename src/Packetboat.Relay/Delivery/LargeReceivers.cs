namespace Packetboat.Relay.Delivery;

/// <summary>
/// Large receivers of mail that have nothing to do with one another: where none of them can be reached by port 25, it is not they who are
/// down. They are called seldom, and told nothing but our name.
/// </summary>
internal static class LargeReceivers
{
    /// <summary>So many that stay silent are no accident.</summary>
    public const int Enough = 3;

    public static IReadOnlyList<string> Domains { get; } = ["gmail.com", "outlook.com", "yahoo.com", "gmx.net"];
}
