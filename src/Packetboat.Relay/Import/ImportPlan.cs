using System.Globalization;
using System.Text;
using Packetboat.Protocol;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Import;

/// <summary>Which users of a <see cref="UserTab"/> become accounts, and why the others do not.</summary>
/// <param name="Rows">Those that are nodes, or were named, in the order of the file; then names that nobody in it has.</param>
/// <param name="Others">Users that are no nodes and were not named.</param>
public sealed record ImportPlan(IReadOnlyList<PlannedImport> Rows, int Others)
{
    /// <param name="users">As they stand in the file.</param>
    /// <param name="existing">The accounts that there are.</param>
    /// <param name="only">These instead of all nodes; empty: all nodes.</param>
    public static ImportPlan Of(IReadOnlyList<UserTabRecord> users, IEnumerable<QwkId> existing, IReadOnlyList<string> only)
    {
        var names = new List<QwkId>(existing);
        string[] wanted = [.. only.Select(QwkId.LoginFormOf)];
        var found = new HashSet<string>(StringComparer.Ordinal);
        var rows = new List<PlannedImport>();
        foreach (UserTabRecord user in users)
        {
            string name = QwkId.LoginFormOf(user.Alias);
            bool isNamed = name.Length > 0 && wanted.Contains(name, StringComparer.Ordinal);
            // A record that cannot be read may be anybody's.
            if (user.Fault is null && !(only.Count == 0 ? user.IsNode : isNamed))
                continue;
            // A deleted user's name may be another's by now, but two who have it are told apart by nothing.
            if (isNamed && !user.IsDeleted)
                found.Add(name);
            PlannedImport row = Decide(user, names);
            if (row.Account is { } id)
                names.Add(id);
            rows.Add(row);
        }

        int others = users.Count - rows.Count;
        for (int i = 0; i < only.Count; i++)
            if (!found.Contains(wanted[i]) && rows.TrueForAll(row => QwkId.LoginFormOf(row.User.Alias) != wanted[i]))
                rows.Add(NotThere(only[i]));
        return new ImportPlan(rows, others);
    }

    private static PlannedImport Decide(UserTabRecord user, List<QwkId> names)
    {
        if (Unusable(user) is { } unusable)
            return new PlannedImport(user, null, unusable);
        if (!QwkId.TryParse(user.Alias, out QwkId? id, out Refusal? bad))
            return new PlannedImport(user, null, bad);
        Refusal? refusal = id.ConflictWith(names, own: null) ?? CredentialIssuer.Unfit(id, user.Password);
        return new PlannedImport(user, refusal is null ? id : null, refusal);
    }

    private static Refusal? Unusable(UserTabRecord user)
    {
        if (user.Fault is { } fault)
            return Of(user, fault, "Look at it in Synchronet, or add the account by hand: packetboat account add ID");
        if (user.IsDeleted)
            return Of(user, "the user is deleted", "Nothing need be done");
        if (user.IsInactive)
            return Of(user, "the user is inactive", "If it is to have an account: packetboat account add ID");
        if (user.Has('M') || user.Has('E') || user.Has('G'))
            return Of(
                user,
                $"its restrictions ({user.Restrictions}) forbid it mail (M, E) or make it a guest (G)",
                "If it may send mail now: packetboat account add ID"
            );
        if (user.Password.Length == 0)
            return Of(user, "it has no password", "Give it one: packetboat account add ID");
        // Synchronet does not say in which code page it is, and the node would send another's octets.
        return Ascii.IsValid(user.Password)
            ? null
            : Of(user, "its password has characters beyond ASCII", "Give it another: packetboat account add ID");
    }

    private static Refusal Of(UserTabRecord user, string reason, string remedy)
    {
        string name = user.Alias.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"user {user.Number}") : user.Alias;
        return new Refusal(PrintableText.Of(name, 40), reason, remedy);
    }

    private static PlannedImport NotThere(string name) =>
        new(
            new UserTabRecord(0, PrintableText.Of(name, 40), "", false, false, ""),
            null,
            new Refusal(PrintableText.Of(name, 40), "no user in the file has this alias", "Look for its spelling in Synchronet")
        );
}

/// <summary>What is to become of one user.</summary>
/// <param name="User">Whose number is 0: there is none.</param>
/// <param name="Account">To be made; null: none.</param>
/// <param name="Refusal">Why not; null where there is an account to be made.</param>
public sealed record PlannedImport(UserTabRecord User, QwkId? Account, Refusal? Refusal);
