namespace Packetboat.Relay.Doctor;

/// <summary>
/// Large receivers of mail that have nothing to do with one another: where none of them can be reached by port 25, it is not they who are
/// down. Each is called once in an examination, and told nothing but our name.
/// </summary>
internal static class Providers
{
    /// <summary>So many that stay silent are no accident.</summary>
    public const int Enough = 3;

    public static IReadOnlyList<string> Domains { get; } = ["gmail.com", "outlook.com", "yahoo.com", "gmx.net"];
}
