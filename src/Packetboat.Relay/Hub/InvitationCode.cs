using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Packetboat.Relay.Hub;

/// <summary>
/// What an operator gives to a sysop: five groups of five. The first names the invitation; the other four, 99 bits, are the secret. Read in
/// any case and with blanks, as people copy things.
/// </summary>
public sealed class InvitationCode
{
    /// <summary>Of what may stand between the characters, more than anybody needs.</summary>
    private const int LongestText = 80;

    private const int Groups = 5;
    private const int Length = Groups * PasswordGenerator.GroupLength;
    private static readonly SearchValues<char> Alphabet = SearchValues.Create(PasswordGenerator.Alphabet);

    private InvitationCode(string characters) => Text = PasswordGenerator.InGroups(characters);

    /// <summary>The code itself, to be shown once.</summary>
    public string Text { get; }

    /// <summary>No secret.</summary>
    public string Name => Text[..PasswordGenerator.GroupLength];

    /// <summary>What is kept of it. 99 random bits need no salt and no slow derivation.</summary>
    public byte[] Hash => SHA256.HashData(Encoding.ASCII.GetBytes($"packetboat invitation {Text}"));

    public static InvitationCode Generate() =>
        new(string.Concat(Enumerable.Range(0, Groups).Select(_ => PasswordGenerator.Group())));

    public static bool TryParse(string text, [NotNullWhen(true)] out InvitationCode? code)
    {
        code = null;
        if (text.Length > LongestText)
            return false;
        string characters = string.Concat(text.Where(c => c is not ('-' or ' '))).ToLowerInvariant();
        if (characters.Length == Length && !characters.AsSpan().ContainsAnyExcept(Alphabet))
            code = new InvitationCode(characters);
        return code is not null;
    }

    /// <summary>Takes as long whatever it says.</summary>
    public bool IsOf(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(Hash, hash);

    /// <summary>Not the code: this ends up in logs.</summary>
    public override string ToString() => Name;
}
