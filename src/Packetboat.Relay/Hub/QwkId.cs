using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Packetboat.Protocol;

namespace Packetboat.Relay.Hub;

/// <summary>
/// The name of a node account: 2 to 8 characters, a letter first, then letters, digits, <c>_</c> and <c>-</c>, in capitals. It fits where
/// QWK networks use it: as a packet's file name and in a message's route.
/// </summary>
public sealed record QwkId
{
    public const int MinLength = 2;
    public const int MaxLength = 8;

    /// <summary>
    /// Names that mean somebody else in a QWK network, in Synchronet's <c>name.can</c>, or in mail. Compared by their login form, because
    /// <c>NET-MAIL</c> would sign in as <c>NETMAIL</c>.
    /// </summary>
    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        StringComparer.Ordinal,
        "SYSOP",
        "NETMAIL",
        "SBBS",
        "POSTMASTER",
        "NEW",
        "ALL",
        "ROOT",
        "GUEST",
        "SBBSECHO",
        "AREAFIX"
    );

    private QwkId(string text) => Text = text;

    /// <summary>In capitals.</summary>
    public string Text { get; }

    /// <summary>What a name is recognized by at sign-in: its letters and digits.</summary>
    public string LoginForm => LoginFormOf(Text);

    /// <summary>
    /// Synchronet's rule for the name at sign-in: letters and digits count, their case does not, and an <c>@</c> ends it. So
    /// <c>my-bbs@hub.example</c> is <c>MYBBS</c>. Empty for a name that has none.
    /// </summary>
    public static string LoginFormOf(string name)
    {
        int end = name.IndexOf('@', StringComparison.Ordinal);
        string local = end < 0 ? name : name[..end];
        return string.Concat(local.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
    }

    /// <summary>Whether <paramref name="text"/> can name an account, judged by itself.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out QwkId? id, [NotNullWhen(false)] out Refusal? refusal)
    {
        string upper = text.ToUpperInvariant();
        refusal = WrongForm(upper) is { } wrong
            ? new Refusal(PrintableText.Of(text, 40), wrong, "Choose 2 to 8 letters, digits, '_' or '-', a letter first")
            : null;
        id = refusal is null ? new QwkId(upper) : null;
        return id is not null;
    }

    /// <summary>For literals in code and tests, and for what a store returns.</summary>
    /// <exception cref="FormatException">The text is not a QWK-ID.</exception>
    public static QwkId Parse(string text) =>
        TryParse(text, out QwkId? id, out Refusal? refusal) ? id : throw new FormatException(refusal.ToString());

    /// <summary>
    /// Why a new account may not have this name beside those that exist, or null. Two accounts must not differ only in <c>_</c> and
    /// <c>-</c>: at sign-in they would be one.
    /// </summary>
    public Refusal? ConflictWith(IEnumerable<QwkId> existing, QwkId? own)
    {
        if (own is not null && own.LoginForm == LoginForm)
            return new Refusal(Text, "it is this system's own QWK-ID", "Ask the node's sysop for the QWK-ID of the node");
        return existing.FirstOrDefault(other => other.LoginForm == LoginForm) is { } taken ? AlreadyTaken(taken) : null;
    }

    public override string ToString() => Text;

    private Refusal AlreadyTaken(QwkId taken) =>
        taken == this
            ? new Refusal(Text, "there is an account of this name", "Choose another QWK-ID, or change the account that exists")
            : new Refusal(
                Text,
                $"at sign-in it cannot be told from {taken}, because only letters and digits count there",
                "Choose a QWK-ID that differs in a letter or a digit"
            );

    private static string? WrongForm(string upper)
    {
        if (upper.Length is < MinLength or > MaxLength)
            return $"its length is {upper.Length}";
        if (!char.IsAsciiLetterUpper(upper[0]))
            return "it does not begin with a letter";
        foreach (char c in upper)
            if (!IsAllowed(c))
                return $"it contains {Describe(c)}";
        return Reserved.Contains(LoginFormOf(upper)) ? "the name is reserved" : null;
    }

    private static bool IsAllowed(char c) => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '_' or '-';

    private static string Describe(char c) => c == ' ' ? "a blank" : $"'{PrintableText.Of(c.ToString(), 8)}'";
}
