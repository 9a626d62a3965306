<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>AdvancedPanel</name>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>More steps take longer and give finer results</source>
        <translation>Mehr Schritte dauern länger und sehen feiner aus</translation>
    </message>
    <message>
        <source>Text guidance</source>
        <translation>Textführung</translation>
    </message>
    <message>
        <source>How closely the result follows the prompt; 1 turns guidance off</source>
        <translation>Wie eng das Ergebnis der Beschreibung folgt; 1 schaltet die Führung aus</translation>
    </message>
    <message>
        <source>Cross-guidance</source>
        <translation>Kreuzführung</translation>
    </message>
    <message>
        <source>How closely each half follows the other; 1 turns guidance off</source>
        <translation>Wie eng jede Hälfte der anderen folgt; 1 schaltet die Führung aus</translation>
    </message>
    <message>
        <source>Reset to the pack&apos;s defaults</source>
        <translation>Auf die Vorgaben des Pakets zurücksetzen</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>Sampler</translation>
    </message>
</context>
<context>
    <name>AreaBar</name>
    <message>
        <source>Area of {name}</source>
        <translation>Fläche von {name}</translation>
    </message>
    <message>
        <source>Drag to set the share of {name} in the picture; Delete clears it</source>
        <translation>Ziehen legt den Anteil von {name} am Bild fest; Entf löscht ihn</translation>
    </message>
</context>
<context>
    <name>AreaPanel</name>
    <message>
        <source>Clear all targets</source>
        <translation>Alle Ziele aufheben</translation>
    </message>
    <message>
        <source>Areas</source>
        <translation>Flächen</translation>
    </message>
</context>
<context>
    <name>Autosave</name>
    <message>
        <source>A part of its journal is damaged.</source>
        <translation>Ein Teil seines Journals ist beschädigt.</translation>
    </message>
    <message>
        <source>The last picture was restored without its newest edits: {why}</source>
        <translation>Das letzte Bild wurde ohne seine neuesten Änderungen wiederhergestellt: {why}</translation>
    </message>
    <message>
        <source>The journal of your edits cannot be written ({why}).</source>
        <translation>Das Protokoll Ihrer Änderungen lässt sich nicht schreiben ({why}).</translation>
    </message>
    <message>
        <source>Make room on the disk.</source>
        <translation>Schaffen Sie Platz auf dem Datenträger.</translation>
    </message>
    <message>
        <source>The last picture</source>
        <translation>Das letzte Bild</translation>
    </message>
</context>
<context>
    <name>CanvasExtension</name>
    <message>
        <source>This picture can grow to {width}×{height} there and no further. Save it and go on in a new one.</source>
        <translation>Dieses Bild kann dort bis {width}×{height} wachsen und nicht weiter. Speichern Sie es und machen Sie in einem neuen weiter.</translation>
    </message>
</context>
<context>
    <name>ClassHistogram</name>
    <message>
        <source>Classes in the pairs</source>
        <translation>Klassen in den Paaren</translation>
    </message>
    <message>
        <source>{pixels} · {pairs}</source>
        <translation>{pixels} · {pairs}</translation>
    </message>
</context>
<context>
    <name>CompareOverlay</name>
    <message>
        <source>Comparison: arrow keys move the divider, Escape closes it</source>
        <translation>Vergleich: Pfeiltasten bewegen die Trennlinie, Escape schließt ihn</translation>
    </message>
</context>
<context>
    <name>CropOverlay</name>
    <message>
        <source>Crop: drag or use the arrow keys to move, plus and minus to zoom, Enter to apply, Escape to cancel</source>
        <translation>Zuschnitt: Ziehen oder Pfeiltasten verschieben, Plus und Minus zoomen, Eingabe übernimmt, Escape bricht ab</translation>
    </message>
    <message>
        <source>Drag and zoom · Enter to apply · Esc to cancel</source>
        <translation>Ziehen und zoomen · Eingabe übernimmt · Esc bricht ab</translation>
    </message>
</context>
<context>
    <name>DatasetBrowser</name>
    <message>
        <source>These pairs were drawn with the pack “{pack}”. Choose it in File → Packs, then open one.</source>
        <translation>Diese Paare wurden mit dem Paket „{pack}“ gezeichnet. Wählen Sie es unter Datei → Pakete und öffnen Sie dann eines.</translation>
    </message>
    <message>
        <source>Open pair {name}</source>
        <translation>Paar {name} öffnen</translation>
    </message>
    <message>
        <source>Pair {name} was opened with its caption and its seed. Undo restores the previous picture.</source>
        <translation>Paar {name} wurde mit Bildtext und Seed geöffnet. „Rückgängig“ stellt das vorige Bild wieder her.</translation>
    </message>
</context>
<context>
    <name>DatasetCommands</name>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Show the export</source>
        <translation>Den Export zeigen</translation>
    </message>
    <message>
        <source>&amp;Export a data set…</source>
        <translation>Datensatz &amp;exportieren…</translation>
    </message>
    <message>
        <source>&amp;Browse a data set…</source>
        <translation>Datensatz &amp;durchsehen…</translation>
    </message>
</context>
<context>
    <name>DatasetWindow</name>
    <message>
        <source>Open a folder…</source>
        <translation>Ordner öffnen…</translation>
    </message>
    <message>
        <source>Show pairs with</source>
        <translation>Paare zeigen mit</translation>
    </message>
    <message>
        <source>Segmenter agrees on at least</source>
        <translation>Übereinstimmung mindestens</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>share of pixels · share of pairs</source>
        <translation>Anteil der Pixel · der Paare</translation>
    </message>
    <message>
        <source>Any class</source>
        <translation>Beliebige Klasse</translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s)</source>
        <translation>
            <numerusform>%Ln Paar</numerusform>
            <numerusform>%Ln Paare</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{shown} of %Ln pair(s)</source>
        <translation>
            <numerusform>{shown} von %Ln Paar</numerusform>
            <numerusform>{shown} von %Ln Paaren</numerusform>
        </translation>
    </message>
    <message>
        <source>No data set open</source>
        <translation>Kein Datensatz geöffnet</translation>
    </message>
    <message>
        <source>Open a folder that contains an exported data set.</source>
        <translation>Öffnen Sie einen Ordner mit einem exportierten Datensatz.</translation>
    </message>
    <message>
        <source>No pairs match these filters.</source>
        <translation>Kein Paar entspricht diesen Filtern.</translation>
    </message>
    <message>
        <source>This folder contains no pairs.</source>
        <translation>Dieser Ordner enthält keine Paare.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s) selected</source>
        <translation>
            <numerusform>%Ln Paar ausgewählt</numerusform>
            <numerusform>%Ln Paare ausgewählt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s) removed; Undo works until this window is closed</source>
        <translation>
            <numerusform>%Ln Paar entfernt; bis dieses Fenster geschlossen wird, lässt sich das rückgängig machen</numerusform>
            <numerusform>%Ln Paare entfernt; bis dieses Fenster geschlossen wird, lässt sich das rückgängig machen</numerusform>
        </translation>
    </message>
    <message>
        <source>Enter opens a pair on the canvas, Delete removes it</source>
        <translation>Eingabe öffnet ein Paar auf der Leinwand, Entf entfernt es</translation>
    </message>
    <message>
        <source>Open on the canvas</source>
        <translation>Auf der Leinwand öffnen</translation>
    </message>
    <message>
        <source>Open a data set</source>
        <translation>Datensatz öffnen</translation>
    </message>
    <message>
        <source>Data set</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Wird gelesen…</translation>
    </message>
    <message>
        <source>Seed {seed}</source>
        <translation>Seed {seed}</translation>
    </message>
    <message>
        <source>agreement {share} %</source>
        <translation>Übereinstimmung {share} %</translation>
    </message>
    <message>
        <source>“{caption}”</source>
        <translation>„{caption}“</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</source>
        <translation>Bilder (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>Projects and pictures (*.diptych *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</source>
        <translation>Projekte und Bilder (*.diptych *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Text files (*.txt)</source>
        <translation>Textdateien (*.txt)</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Erase selection</source>
        <translation>Auswahl löschen</translation>
    </message>
    <message>
        <source>Redraw selection</source>
        <translation>Auswahl neu zeichnen</translation>
    </message>
    <message>
        <source>Keep image</source>
        <translation>Bild behalten</translation>
    </message>
    <message>
        <source>Release image</source>
        <translation>Bild freigeben</translation>
    </message>
    <message>
        <source>Extend canvas</source>
        <translation>Leinwand erweitern</translation>
    </message>
    <message>
        <source>Clear layout</source>
        <translation>Layout leeren</translation>
    </message>
</context>
<context>
    <name>EngineClient</name>
    <message>
        <source>It speaks protocol {theirs} (version {version}), this studio {ours}. Install the same version of Diptych on both sides.</source>
        <translation>Sie spricht Protokoll {theirs} (Version {version}), dieses Studio {ours}. Installieren Sie auf beiden Seiten dieselbe Version von Diptych.</translation>
    </message>
    <message>
        <source>It sent a picture of the wrong size, or with unknown class ids.</source>
        <translation>Sie hat ein Bild falscher Größe oder mit unbekannten Klassennummern gesendet.</translation>
    </message>
    <message>
        <source>The engine stopped ({why}). It restarts in {seconds} s.</source>
        <translation>Die Engine hat angehalten ({why}). Sie startet in {seconds} s neu.</translation>
    </message>
    <message>
        <source>The engine stopped ({why}). It restarts in {seconds} s and continues your picture.</source>
        <translation>Die Engine hat angehalten ({why}). Sie startet in {seconds} s neu und setzt Ihr Bild fort.</translation>
    </message>
    <message>
        <source>Restart now</source>
        <translation>Jetzt neu starten</translation>
    </message>
    <message>
        <source>The engine cannot be started with “{command}” ({why}). Check DIPTYCH_ENGINE and the settings file.</source>
        <translation>Die Engine lässt sich mit „{command}“ nicht starten ({why}). Prüfen Sie DIPTYCH_ENGINE und die Einstellungsdatei.</translation>
    </message>
    <message>
        <source>The engine was stopped ({why}). Your picture is kept.</source>
        <translation>Die Engine wurde angehalten ({why}). Ihr Bild bleibt erhalten.</translation>
    </message>
    <message>
        <source>The engine stopped again after {count} restarts ({why}). Your picture is kept.</source>
        <translation>Die Engine hat nach {count} Neustarts wieder angehalten ({why}). Ihr Bild bleibt erhalten.</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>Engine starten</translation>
    </message>
    <message>
        <source>The engine has not answered for {seconds} seconds. It may still be loading.</source>
        <translation>Die Engine antwortet seit {seconds} Sekunden nicht. Vielleicht lädt sie noch.</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>Engine neu starten</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Captions from a file</source>
        <translation>Bildtexte aus einer Datei</translation>
    </message>
    <message>
        <source>Layouts from a folder</source>
        <translation>Layouts aus einem Ordner</translation>
    </message>
    <message>
        <source>Images from a folder</source>
        <translation>Bilder aus einem Ordner</translation>
    </message>
    <message>
        <source>Paired folders</source>
        <translation>Paarweise Ordner</translation>
    </message>
    <message>
        <source>Captions from the pack&apos;s grammar</source>
        <translation>Beschreibungen aus der Grammatik des Pakets</translation>
    </message>
    <message>
        <source>A caption is composed for each pair; both halves are generated.</source>
        <translation>Zu jedem Paar wird eine Beschreibung gebildet; beide Hälften werden erzeugt.</translation>
    </message>
    <message>
        <source>A text file with one caption per line; pairs use them in turn.</source>
        <translation>Eine Textdatei mit einer Beschreibung je Zeile; die Paare verwenden sie der Reihe nach.</translation>
    </message>
    <message>
        <source>The current canvas</source>
        <translation>Die aktuelle Leinwand</translation>
    </message>
    <message>
        <source>Painted and kept parts stay; the rest is generated with each seed.</source>
        <translation>Gemaltes und Behaltenes bleibt; der Rest wird mit jedem Startwert erzeugt.</translation>
    </message>
    <message>
        <source>Index PNGs; new images are generated for them, in turn.</source>
        <translation>Index-PNGs; zu ihnen werden der Reihe nach neue Bilder erzeugt.</translation>
    </message>
    <message>
        <source>PNG or JPEG files; layouts are generated for them.</source>
        <translation>PNG- oder JPEG-Dateien; zu ihnen werden Layouts erzeugt.</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Pictures without any condition.</source>
        <translation>Bilder ohne jede Vorgabe.</translation>
    </message>
    <message>
        <source>images/ and layouts/ with index PNGs, as read by diptych-engine train.</source>
        <translation>images/ und layouts/ mit Index-PNGs, wie diptych-engine train sie liest.</translation>
    </message>
    <message>
        <source>JPEG images and PNGs with the VOC palette.</source>
        <translation>JPEG-Bilder und PNGs mit der VOC-Palette.</translation>
    </message>
    <message>
        <source>leftImg8bit and gtFine with labelIds, trainIds and colours.</source>
        <translation>leftImg8bit und gtFine mit labelIds, trainIds und Farben.</translation>
    </message>
    <message>
        <source>JPEG images and annotations; 0 means unlabelled.</source>
        <translation>JPEG-Bilder und Annotationen; 0 heißt ohne Klasse.</translation>
    </message>
    <message>
        <source>Panoptic PNGs, run-length encoded regions, and captions.</source>
        <translation>Panoptische PNGs, Regionen als Lauflängen und Bildtexte.</translation>
    </message>
    <message>
        <source>A few large files that contain the pictures.</source>
        <translation>Wenige große Dateien mit den Bildern darin.</translation>
    </message>
    <message>
        <source>Tar files of pairs, for streaming.</source>
        <translation>Tar-Dateien mit Paaren, für Datensätze, die gestreamt werden.</translation>
    </message>
    <message>
        <source>A folder with metadata.jsonl, for load_dataset.</source>
        <translation>Ein Ordner mit metadata.jsonl, für load_dataset.</translation>
    </message>
    <message>
        <source>{count} s</source>
        <translation>{count} s</translation>
    </message>
    <message>
        <source>{count} min</source>
        <translation>{count} min</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>Waiting for the engine…</source>
        <translation>Wartet auf die Engine…</translation>
    </message>
    <message>
        <source>Preparing…</source>
        <translation>Wird vorbereitet…</translation>
    </message>
    <message>
        <source>{done} of {count} pairs</source>
        <translation>{done} von {count} Paaren</translation>
    </message>
    <message>
        <source>finishing…</source>
        <translation>wird abgeschlossen…</translation>
    </message>
    <message>
        <source>{rate} per second</source>
        <translation>{rate} pro Sekunde</translation>
    </message>
    <message>
        <source>{count} rejected</source>
        <translation>{count} verworfen</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>gestoppt</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>noch {time}</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export a data set</source>
        <translation>Datensatz exportieren</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>File of captions</source>
        <translation>Datei mit Bildtexten</translation>
    </message>
    <message>
        <source>Choose a file of captions</source>
        <translation>Datei mit Bildtexten wählen</translation>
    </message>
    <message>
        <source>Folder of layouts</source>
        <translation>Ordner mit Layouts</translation>
    </message>
    <message>
        <source>Choose a folder of layouts</source>
        <translation>Ordner mit Layouts wählen</translation>
    </message>
    <message>
        <source>Folder of images</source>
        <translation>Ordner mit Bildern</translation>
    </message>
    <message>
        <source>Choose a folder of images</source>
        <translation>Ordner mit Bildern wählen</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>Paare</translation>
    </message>
    <message>
        <source>First seed</source>
        <translation>Erster Seed</translation>
    </message>
    <message>
        <source>Each pair uses the next seed; the same seeds give the same pairs</source>
        <translation>Jedes Paar verwendet den nächsten Startwert; gleiche Startwerte ergeben gleiche Paare</translation>
    </message>
    <message>
        <source>Full size</source>
        <translation>Volle Größe</translation>
    </message>
    <message>
        <source>Draw each pair at the pack&apos;s full size, which takes longer</source>
        <translation>Jedes Paar in der vollen Größe des Pakets zeichnen; das dauert länger</translation>
    </message>
    <message>
        <source>The segmenter&apos;s layout of each image is compared with the pair&apos;s layout</source>
        <translation>Das Layout, das der Segmentierer im Bild erkennt, wird mit dem des Paars verglichen</translation>
    </message>
    <message>
        <source>Every class named in the caption is present</source>
        <translation>Jede in der Beschreibung genannte Klasse ist vorhanden</translation>
    </message>
    <message>
        <source>Similarity to any other pair is below</source>
        <translation>Die Ähnlichkeit mit jedem anderen Paar liegt unter</translation>
    </message>
    <message>
        <source>Rejects near-duplicates of other pairs and of the pictures in the folder below</source>
        <translation>Verwirft Beinahe-Duplikate anderer Paare und der Bilder im Ordner unten</translation>
    </message>
    <message>
        <source>Reference pictures</source>
        <translation>Vergleichsbilder</translation>
    </message>
    <message>
        <source>Optional: a folder of real pairs that must not be repeated</source>
        <translation>Optional: ein Ordner echter Paare, die sich nicht wiederholen dürfen</translation>
    </message>
    <message>
        <source>This pack has no segmenter. Train one with diptych-engine train-segmenter.</source>
        <translation>Dieses Paket hat keinen Segmentierer. Trainieren Sie einen mit diptych-engine train-segmenter.</translation>
    </message>
    <message>
        <source>This pack has no segmenter and no CLIP to compare images with.</source>
        <translation>Dieses Paket hat weder Segmentierer noch CLIP, um Bilder zu vergleichen.</translation>
    </message>
    <message>
        <source>Browse a data set…</source>
        <translation>Datensatz durchsehen…</translation>
    </message>
    <message>
        <source>Use the area targets of the picture: {areas}</source>
        <translation>Flächenziele des Bilds verwenden: {areas}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s) of {width}×{height}</source>
        <translation>
            <numerusform>%Ln Paar zu {width}×{height}</numerusform>
            <numerusform>%Ln Paare zu {width}×{height}</numerusform>
        </translation>
    </message>
    <message>
        <source>{size} ({free} free)</source>
        <translation>{size} ({free} frei)</translation>
    </message>
    <message>
        <source>continues the data set in this folder</source>
        <translation>setzt den Datensatz in diesem Ordner fort</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Choose a folder for the data set</source>
        <translation>Ordner für den Datensatz wählen</translation>
    </message>
    <message>
        <source>The segmenter agrees with the layout on at least</source>
        <translation>Der Segmentierer stimmt überein auf mindestens</translation>
    </message>
    <message>
        <source>Choose a folder with images and layouts</source>
        <translation>Ordner mit Bildern und Layouts wählen</translation>
    </message>
    <message>
        <source>Areas</source>
        <translation>Flächen</translation>
    </message>
    <message>
        <source>Keep if</source>
        <translation>Behalten, wenn</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stoppen</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Choose a file of captions first.</source>
        <translation>Wählen Sie zuerst eine Datei mit Bildtexten.</translation>
    </message>
    <message>
        <source>Choose a folder of pictures first.</source>
        <translation>Wählen Sie zuerst einen Ordner mit Bildern.</translation>
    </message>
    <message>
        <source>Choose a folder for the data set first.</source>
        <translation>Wählen Sie zuerst einen Ordner für den Datensatz.</translation>
    </message>
    <message>
        <source>about {time} in {steps} steps each</source>
        <translation>etwa {time} in je {steps} Schritten</translation>
    </message>
    <message>
        <source>about {size}</source>
        <translation>etwa {size}</translation>
    </message>
</context>
<context>
    <name>ExportRunner</name>
    <message>
        <source>The export to {folder} is not finished. What is there stays whole.</source>
        <translation>Der Export nach {folder} ist nicht fertig. Was da ist, bleibt heil.</translation>
    </message>
    <message>
        <source>The export is stopped; {folder} holds {count} pairs.</source>
        <translation>Der Export ist gestoppt; {folder} enthält {count} Paare.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortfahren</translation>
    </message>
    <message>
        <source>The export to {folder} stopped with the engine. What is there stays whole.</source>
        <translation>Der Export nach {folder} ist mit der Engine stehen geblieben. Was da ist, bleibt heil.</translation>
    </message>
    <message>
        <source>{folder} holds {count} pairs.</source>
        <translation>{folder} enthält {count} Paare.</translation>
    </message>
    <message>
        <source>{count} others did not pass the filters.</source>
        <translation>{count} weitere haben die Filter nicht bestanden.</translation>
    </message>
    <message>
        <source>Look through them</source>
        <translation>Durchsehen</translation>
    </message>
    <message>
        <source>{folder} holds {count} pairs now.</source>
        <translation>{folder} enthält jetzt {count} Paare.</translation>
    </message>
    <message>
        <source>{file} cannot be written ({why}). If the studio ends, start the export again by hand.</source>
        <translation>{file} kann nicht geschrieben werden ({why}). Endet das Studio, starten Sie den Export von Hand neu.</translation>
    </message>
</context>
<context>
    <name>ExtendController</name>
    <message>
        <source>Drag an edge of the picture outwards; the new area is generated in both halves</source>
        <translation>Einen Bildrand nach außen ziehen; der neue Bereich wird in beiden Hälften erzeugt</translation>
    </message>
    <message>
        <source>E&amp;xtend canvas</source>
        <translation>Leinwand er&amp;weitern</translation>
    </message>
    <message>
        <source>Extend canvas &amp;by…</source>
        <translation>Leinwand erweitern u&amp;m…</translation>
    </message>
</context>
<context>
    <name>ExtendDialog</name>
    <message>
        <source>Extend canvas</source>
        <translation>Leinwand erweitern</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Links</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Rechts</translation>
    </message>
    <message>
        <source>Top</source>
        <translation>Oben</translation>
    </message>
    <message>
        <source>Bottom</source>
        <translation>Unten</translation>
    </message>
    <message>
        <source>Extend</source>
        <translation>Erweitern</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>The new area is generated in both halves; the rest of the picture stays unchanged.</source>
        <translation>Der neue Bereich wird in beiden Hälften erzeugt; der Rest des Bilds bleibt unverändert.</translation>
    </message>
    <message>
        <source>New size: {width} × {height} pixels.</source>
        <translation>Neue Größe: {width} × {height} Pixel.</translation>
    </message>
    <message>
        <source>New size: {width} × {height} pixels, the largest possible.</source>
        <translation>Neue Größe: {width} × {height} Pixel, das größtmögliche.</translation>
    </message>
</context>
<context>
    <name>ExtendHandle</name>
    <message>
        <source>Drag outwards to extend the canvas</source>
        <translation>Nach außen ziehen, um die Leinwand zu erweitern</translation>
    </message>
</context>
<context>
    <name>ExtendOverlay</name>
    <message>
        <source>Extend canvas: arrow keys move the edges outwards, with Shift inwards; Enter applies, Escape cancels</source>
        <translation>Leinwand erweitern: Pfeiltasten schieben die Ränder nach außen, mit Umschalt nach innen; Eingabe übernimmt, Escape bricht ab</translation>
    </message>
    <message>
        <source>{width} × {height} · maximum size</source>
        <translation>{width} × {height} · größtmöglich</translation>
    </message>
    <message>
        <source>Drag an edge outwards · Esc to cancel</source>
        <translation>Rand nach außen ziehen · Esc bricht ab</translation>
    </message>
</context>
<context>
    <name>FileCommands</name>
    <message>
        <source>Untitled</source>
        <translation>Unbenannt</translation>
    </message>
    <message>
        <source>&amp;New</source>
        <translation>&amp;Neu</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>Speichern &amp;unter…</translation>
    </message>
    <message>
        <source>Open &amp;layout…</source>
        <translation>&amp;Layout öffnen…</translation>
    </message>
    <message>
        <source>Open &amp;image…</source>
        <translation>B&amp;ild öffnen…</translation>
    </message>
    <message>
        <source>Export la&amp;yout…</source>
        <translation>La&amp;yout exportieren…</translation>
    </message>
    <message>
        <source>Export i&amp;mage…</source>
        <translation>Bild e&amp;xportieren…</translation>
    </message>
    <message>
        <source>Export image at f&amp;ull size…</source>
        <translation>Bild in v&amp;oller Größe exportieren…</translation>
    </message>
    <message>
        <source>Adjust the &amp;crop</source>
        <translation>Ausschni&amp;tt anpassen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>Been&amp;den</translation>
    </message>
    <message>
        <source>Copy ima&amp;ge</source>
        <translation>Bild &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy &amp;layout</source>
        <translation>La&amp;yout kopieren</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>E&amp;infügen</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Save project</source>
        <translation>Projekt speichern</translation>
    </message>
    <message>
        <source>Open layout</source>
        <translation>Layout öffnen</translation>
    </message>
    <message>
        <source>Open image</source>
        <translation>Bild öffnen</translation>
    </message>
    <message>
        <source>Export layout</source>
        <translation>Layout exportieren</translation>
    </message>
    <message>
        <source>Export image</source>
        <translation>Bild exportieren</translation>
    </message>
    <message>
        <source>The full-size image is not ready yet. Try again in a moment.</source>
        <translation>Das Bild in voller Größe ist noch nicht fertig. Versuchen Sie es gleich noch einmal.</translation>
    </message>
    <message>
        <source>There is no picture on the clipboard. Copy one, then paste again.</source>
        <translation>In der Zwischenablage ist kein Bild. Kopieren Sie eines und fügen Sie es dann ein.</translation>
    </message>
    <message>
        <source>No projects yet</source>
        <translation>Noch keine Projekte</translation>
    </message>
    <message>
        <source>Recovered pictures that were not saved</source>
        <translation>Wiederhergestellte, nicht gespeicherte Bilder</translation>
    </message>
    <message>
        <source>Export image at full size</source>
        <translation>Bild in voller Größe exportieren</translation>
    </message>
    <message>
        <source>There is no image to copy yet. Generate one first.</source>
        <translation>Es gibt noch kein Bild zum Kopieren. Erzeugen Sie erst eines.</translation>
    </message>
    <message>
        <source>the clipboard</source>
        <translation>die Zwischenablage</translation>
    </message>
</context>
<context>
    <name>FileExchange</name>
    <message>
        <source>There is no image to save yet. Generate one first.</source>
        <translation>Es gibt noch kein Bild zum Speichern. Erzeugen Sie erst eines.</translation>
    </message>
    <message>
        <source>Open {file}</source>
        <translation>{file} öffnen</translation>
    </message>
    <message>
        <source>{file} is {width}×{height}; its middle was fitted to {to_width}×{to_height}.</source>
        <translation>{file} hat {width}×{height} Pixel; die Mitte wurde auf {to_width}×{to_height} gebracht.</translation>
    </message>
    <message>
        <source>Only {file} was opened, the first of {count} files. Drop the others one by one.</source>
        <translation>Nur {file} wurde geöffnet, die erste von {count} Dateien. Ziehen Sie die anderen einzeln hierher.</translation>
    </message>
    <message>
        <source>{file} was opened with its request. Undo restores the previous picture.</source>
        <translation>{file} wurde mit ihrem Auftrag geöffnet. „Rückgängig“ stellt das vorige Bild wieder her.</translation>
    </message>
    <message>
        <source>{file} was opened with its layout and its request. Undo restores the previous picture.</source>
        <translation>{file} wurde mit Layout und Auftrag geöffnet. „Rückgängig“ stellt das vorige Bild wieder her.</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file} gespeichert.</translation>
    </message>
    <message>
        <source>Adjust the crop</source>
        <translation>Ausschnitt anpassen</translation>
    </message>
    <message>
        <source>Undo restores the previous picture.</source>
        <translation>„Rückgängig“ stellt das vorige Bild wieder her.</translation>
    </message>
</context>
<context>
    <name>Filmstrip</name>
    <message>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Restore result</source>
        <translation>Ergebnis wiederherstellen</translation>
    </message>
    <message>
        <source>Remove from &amp;favourites</source>
        <translation>Aus &amp;Favoriten entfernen</translation>
    </message>
    <message>
        <source>Add to &amp;favourites</source>
        <translation>Zu &amp;Favoriten hinzufügen</translation>
    </message>
    <message>
        <source>Restore with prompt and s&amp;ettings</source>
        <translation>Mit Beschreibung und &amp;Einstellungen wiederherstellen</translation>
    </message>
    <message>
        <source>Show in f&amp;older</source>
        <translation>Im &amp;Ordner zeigen</translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>&amp;Wiederherstellen</translation>
    </message>
    <message>
        <source>&amp;Compare with the picture</source>
        <translation>Mit dem Bild &amp;vergleichen</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
</context>
<context>
    <name>GenerationController</name>
    <message>
        <source>Start engine</source>
        <translation>Engine starten</translation>
    </message>
    <message>
        <source>The engine is stopped. Start it, then generate again.</source>
        <translation>Die Engine steht. Starten Sie sie, dann erzeugen Sie erneut.</translation>
    </message>
    <message>
        <source>No pack could be opened, so no picture can be generated. Install a pack and restart.</source>
        <translation>Kein Paket ließ sich öffnen, deshalb kann kein Bild erzeugt werden. Installieren Sie ein Paket und starten Sie neu.</translation>
    </message>
    <message>
        <source>Every pixel of the layout is painted, so there is nothing left to find in the image.</source>
        <translation>Das Layout ist vollständig gemalt, im Bild bleibt also nichts zu finden.</translation>
    </message>
    <message>
        <source>Find all of it anew</source>
        <translation>Alles neu suchen</translation>
    </message>
    <message>
        <source>All of the image is kept, so there is nothing to draw. Paint over the part that is to change.</source>
        <translation>Das ganze Bild wird behalten, also gibt es nichts zu zeichnen. Übermalen Sie den Teil, der sich ändern soll.</translation>
    </message>
    <message>
        <source>Draw all of it anew</source>
        <translation>Alles neu zeichnen</translation>
    </message>
    <message>
        <source>Repaint parts of it</source>
        <translation>Teile davon übermalen</translation>
    </message>
    <message>
        <source>This pack does not know {words}. Try other words.</source>
        <translation>Dieses Paket kennt {words} nicht. Versuchen Sie andere Wörter.</translation>
    </message>
    <message>
        <source>Here is the layout. In Layout → Image, only what you paint over is drawn anew.</source>
        <translation>Hier ist das Layout. Bei „Layout → Bild“ wird nur neu gezeichnet, was Sie übermalen.</translation>
    </message>
    <message>
        <source>“{word}”</source>
        <translation>„{word}“</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
</context>
<context>
    <name>ImageCanvas</name>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>The image appears here</source>
        <translation>Hier erscheint das Bild</translation>
    </message>
</context>
<context>
    <name>LayoutCanvas</name>
    <message>
        <source>Layout</source>
        <translation>Layout</translation>
    </message>
    <message>
        <source>There is no pack to paint with</source>
        <translation>Es gibt kein Paket zum Malen</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Layout</source>
        <translation>Layout</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Picture</source>
        <translation>B&amp;ild</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>E&amp;ngine</source>
        <translation>E&amp;ngine</translation>
    </message>
    <message>
        <source>&amp;Restart engine</source>
        <translation>Engine &amp;neu starten</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Shortcuts…</source>
        <translation>&amp;Tastenkürzel…</translation>
    </message>
    <message>
        <source>&amp;Packs…</source>
        <translation>&amp;Pakete…</translation>
    </message>
    <message>
        <source>&amp;Keep the generated layout</source>
        <translation>Erzeugtes Layout &amp;behalten</translation>
    </message>
    <message>
        <source>Find a class</source>
        <translation>Klasse suchen</translation>
    </message>
    <message>
        <source>opened</source>
        <translation>geöffnet</translation>
    </message>
    <message>
        <source>only the outlined part is redrawn</source>
        <translation>nur der umrandete Teil wird neu gezeichnet</translation>
    </message>
    <message>
        <source>the dropped picture</source>
        <translation>das abgelegte Bild</translation>
    </message>
    <message>
        <source>{title} (live mode paused)</source>
        <translation>{title} (Live-Modus pausiert)</translation>
    </message>
    <message>
        <source>&amp;Data sets</source>
        <translation>Da&amp;tensätze</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>&amp;Clear layout</source>
        <translation>Layout &amp;leeren</translation>
    </message>
    <message>
        <source>&amp;Examples</source>
        <translation>&amp;Beispiele</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>generated</source>
        <translation>erzeugt</translation>
    </message>
    <message>
        <source>hatched parts are generated</source>
        <translation>Schraffiertes ist erzeugt</translation>
    </message>
</context>
<context>
    <name>ModeBar</name>
    <message>
        <source>Layout → Image</source>
        <translation>Layout → Bild</translation>
    </message>
    <message>
        <source>Image → Layout</source>
        <translation>Bild → Layout</translation>
    </message>
    <message>
        <source>Text → Both</source>
        <translation>Text → Beides</translation>
    </message>
    <message>
        <source>Paint a layout; the image is generated from it</source>
        <translation>Ein Layout malen; daraus wird das Bild erzeugt</translation>
    </message>
    <message>
        <source>Open a photograph; its layout is generated</source>
        <translation>Ein Foto öffnen; dazu wird das Layout erzeugt</translation>
    </message>
    <message>
        <source>Describe a picture; both halves are generated</source>
        <translation>Ein Bild beschreiben; beide Hälften werden erzeugt</translation>
    </message>
    <message>
        <source>Undo: {step}</source>
        <translation>Rückgängig: {step}</translation>
    </message>
    <message>
        <source>Nothing to undo</source>
        <translation>Nichts rückgängig zu machen</translation>
    </message>
    <message>
        <source>Redo: {step}</source>
        <translation>Wiederholen: {step}</translation>
    </message>
    <message>
        <source>Nothing to redo</source>
        <translation>Nichts zu wiederholen</translation>
    </message>
</context>
<context>
    <name>NoticeRow</name>
    <message>
        <source>Close this notice</source>
        <translation>Hinweis schließen</translation>
    </message>
    <message>
        <source>Details for a report</source>
        <translation>Einzelheiten für einen Bericht</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
</context>
<context>
    <name>PackCardWidget</name>
    <message>
        <source>In use</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Use {pack}</source>
        <translation>{pack} verwenden</translation>
    </message>
    <message>
        <source>Example layout</source>
        <translation>Beispiel-Layout</translation>
    </message>
    <message numerus="yes">
        <source>%Ln class(es)</source>
        <translation>
            <numerusform>%Ln Klasse</numerusform>
            <numerusform>%Ln Klassen</numerusform>
        </translation>
    </message>
    <message>
        <source>licence: {licence}</source>
        <translation>Lizenz: {licence}</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <source>This pack is broken. {problem} Install it again, or remove its folder {folder}.</source>
        <translation>Dieses Paket ist beschädigt. {problem} Installieren Sie es erneut, oder entfernen Sie seinen Ordner {folder}.</translation>
    </message>
</context>
<context>
    <name>PackInstaller</name>
    <message>
        <source>Copying {file}…</source>
        <translation>{file} wird kopiert…</translation>
    </message>
    <message>
        <source>Checking {pack}…</source>
        <translation>{pack} wird geprüft…</translation>
    </message>
    <message>
        <source>“{name}” cannot be the name of a pack.</source>
        <translation>„{name}“ kann nicht der Name eines Pakets sein.</translation>
    </message>
    <message>
        <source>Names have letters, digits, dots and hyphens. Ask the author of the pack for another name.</source>
        <translation>Namen bestehen aus Buchstaben, Ziffern, Punkten und Bindestrichen. Bitten Sie den Autor des Pakets um einen anderen Namen.</translation>
    </message>
    <message>
        <source>Nothing was installed. Download the pack again.</source>
        <translation>Es wurde nichts installiert. Laden Sie das Paket erneut herunter.</translation>
    </message>
    <message>
        <source>A pack “{name}” is installed already. It is kept unless you replace it.</source>
        <translation>Ein Paket „{name}“ ist bereits installiert. Es bleibt erhalten, sofern Sie es nicht ersetzen.</translation>
    </message>
    <message>
        <source>This pack is broken: {problem}</source>
        <translation>Dieses Paket ist beschädigt: {problem}</translation>
    </message>
    <message>
        <source>Replace it</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>{folder} cannot be written ({why}). The pack was not installed.</source>
        <translation>{folder} lässt sich nicht schreiben ({why}). Das Paket wurde nicht installiert.</translation>
    </message>
</context>
<context>
    <name>Packs</name>
    <message>
        <source>{file} cannot be read: {why}.</source>
        <translation>{file} lässt sich nicht lesen: {why}.</translation>
    </message>
    <message>
        <source>Download it again, or make room on the disk.</source>
        <translation>Laden Sie die Datei erneut herunter oder schaffen Sie Platz auf dem Datenträger.</translation>
    </message>
    <message>
        <source>The zip file contains a path outside its folder (“{name}”).</source>
        <translation>Die Zip-Datei enthält einen Pfad außerhalb ihres Ordners („{name}“).</translation>
    </message>
    <message>
        <source>Nothing was installed. Do not trust the source of this file.</source>
        <translation>Es wurde nichts installiert. Vertrauen Sie der Quelle dieser Datei nicht.</translation>
    </message>
    <message>
        <source>Choose the folder or the zip file that contains it.</source>
        <translation>Wählen Sie den Ordner oder die Zip-Datei, in der sie liegt.</translation>
    </message>
    <message>
        <source>There is no pack in {file}: {head} is missing.</source>
        <translation>In {file} ist kein Paket: {head} fehlt.</translation>
    </message>
    <message>
        <source>{file} is larger than any pack ({size} MB).</source>
        <translation>{file} ist größer als jedes Paket ({size} MB).</translation>
    </message>
    <message>
        <source>The zip file contains an entry that no pack has (“{name}”).</source>
        <translation>Das Zip hat einen Eintrag, den kein Paket hat („{name}“).</translation>
    </message>
    <message>
        <source>There is no space on the disk for {file}.</source>
        <translation>Auf dem Datenträger ist kein Platz für {file}.</translation>
    </message>
    <message>
        <source>Make room on the disk and try again.</source>
        <translation>Schaffen Sie dort Platz, und versuchen Sie es noch einmal.</translation>
    </message>
</context>
<context>
    <name>PacksWindow</name>
    <message>
        <source>Packs</source>
        <translation>Pakete</translation>
    </message>
    <message>
        <source>Install from a folder…</source>
        <translation>Aus einem Ordner installieren…</translation>
    </message>
    <message>
        <source>Install from a zip…</source>
        <translation>Aus einem ZIP installieren…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Install a pack</source>
        <translation>Paket installieren</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>“{pack}” is installed.</source>
        <translation>„{pack}“ ist installiert.</translation>
    </message>
</context>
<context>
    <name>PairGrid</name>
    <message>
        <source>Pairs</source>
        <translation>Paare</translation>
    </message>
</context>
<context>
    <name>PalettePanel</name>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search classes</source>
        <translation>Klassen suchen</translation>
    </message>
    <message>
        <source>Colours that are easy to tell apart</source>
        <translation>Gut unterscheidbare Farben</translation>
    </message>
    <message>
        <source>Colours that are easy to tell apart with any colour vision; files keep the pack&apos;s colours</source>
        <translation>Farben, die sich bei jeder Art von Farbsehen gut unterscheiden; Dateien behalten die des Pakets</translation>
    </message>
    <message>
        <source>No matching class</source>
        <translation>Keine passende Klasse</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
</context>
<context>
    <name>PathField</name>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
</context>
<context>
    <name>Pen</name>
    <message>
        <source>Stamp</source>
        <translation>Stempeln</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Paint {thing}</source>
        <translation>{thing} malen</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Radieren</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Release</source>
        <translation>Freigeben</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>Auswählen</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>Auswahl aufheben</translation>
    </message>
</context>
<context>
    <name>PictureMenu</name>
    <message>
        <source>&amp;Generate</source>
        <translation>&amp;Erzeugen</translation>
    </message>
    <message>
        <source>&amp;4 variations</source>
        <translation>&amp;4 Varianten</translation>
    </message>
    <message>
        <source>Close &amp;variations</source>
        <translation>&amp;Varianten schließen</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Denoising timeline…</source>
        <translation>Entra&amp;uschen Schritt für Schritt…</translation>
    </message>
    <message>
        <source>Layout → Image: generate a new image after every stroke</source>
        <translation>Layout → Bild: nach jedem Strich ein neues Bild erzeugen</translation>
    </message>
    <message>
        <source>&amp;Live</source>
        <translation>&amp;Live</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>{file} cannot be written ({why}).</source>
        <translation>{file} lässt sich nicht schreiben ({why}).</translation>
    </message>
    <message>
        <source>Make room there, or your choices last only for this time.</source>
        <translation>Schaffen Sie dort Platz, sonst gelten Ihre Einstellungen nur für dieses Mal.</translation>
    </message>
    <message>
        <source>{file} cannot be read: {why}. The studio goes on with its defaults.</source>
        <translation>{file} lässt sich nicht lesen: {why}. Das Studio arbeitet mit seinen Voreinstellungen weiter.</translation>
    </message>
</context>
<context>
    <name>Projects</name>
    <message>
        <source>The picture before was not saved. It is kept in File, Open recent.</source>
        <translation>Das Bild davor war nicht gespeichert. Es liegt unter Datei, Zuletzt geöffnet.</translation>
    </message>
    <message>
        <source>Bring it back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Open {file}</source>
        <translation>{file} öffnen</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file} gespeichert.</translation>
    </message>
</context>
<context>
    <name>PromptPanel</name>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Describe the picture: {example}</source>
        <translation>Das Bild auf Englisch beschreiben: {example}</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
    </message>
    <message>
        <source>The same seed and picture give the same result</source>
        <translation>Gleicher Seed und gleiches Bild ergeben das gleiche Ergebnis</translation>
    </message>
    <message>
        <source>New random seed</source>
        <translation>Neuer zufälliger Startwert</translation>
    </message>
    <message>
        <source>Keep this seed for the next results</source>
        <translation>Diesen Startwert für die nächsten Ergebnisse behalten</translation>
    </message>
    <message>
        <source>Words the pack does not know</source>
        <translation>Wörter, die das Paket nicht kennt</translation>
    </message>
    <message>
        <source>Negative prompt, steps, sampler, guidance</source>
        <translation>Negativer Prompt, Schritte, Sampler, Führung</translation>
    </message>
    <message>
        <source>Negative prompt</source>
        <translation>Negativer Prompt</translation>
    </message>
    <message>
        <source>What should not be in the picture</source>
        <translation>Was nicht im Bild sein soll</translation>
    </message>
    <message>
        <source>{pack} does not know {words}.</source>
        <translation>{pack} kennt {words} nicht.</translation>
    </message>
    <message>
        <source>For “{word}”, try {others}.</source>
        <translation>Statt „{word}“ vielleicht {others}.</translation>
    </message>
    <message>
        <source>“{word}”</source>
        <translation>„{word}“</translation>
    </message>
</context>
<context>
    <name>Requests</name>
    <message>
        <source>There is nothing to draw from yet. Paint on the layout, or describe the picture.</source>
        <translation>Noch gibt es keine Vorlage. Malen Sie auf dem Layout, oder beschreiben Sie das Bild.</translation>
    </message>
    <message>
        <source>There is no image yet. Open or drop a photograph on the right half.</source>
        <translation>Es gibt noch kein Bild. Öffnen Sie ein Foto, oder legen Sie es auf der rechten Hälfte ab.</translation>
    </message>
    <message>
        <source>{file} asks for guides that a file may not bring, and they were left out: {guides}. Who wants one passes it to diptych-engine sample.</source>
        <translation>{file} verlangt Führungen, die eine Datei nicht mitbringen darf; sie wurden weggelassen: {guides}. Wer eine davon möchte, gibt sie diptych-engine sample mit.</translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message>
        <source>A result was deleted from the history.</source>
        <translation>Ein Ergebnis wurde aus dem Verlauf gelöscht.</translation>
    </message>
    <message>
        <source>Put it back</source>
        <translation>Zurückholen</translation>
    </message>
</context>
<context>
    <name>Samplers</name>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>The pack&apos;s choice: few steps while you paint, all steps otherwise.</source>
        <translation>Die Wahl des Pakets: wenige Schritte beim Malen, sonst alle.</translation>
    </message>
    <message>
        <source>Predictor–corrector: good results in the fewest steps.</source>
        <translation>Prädiktor-Korrektor: gute Ergebnisse in den wenigsten Schritten.</translation>
    </message>
    <message>
        <source>Multistep: fine results in few steps.</source>
        <translation>Mehrschrittverfahren: feine Ergebnisse in wenigen Schritten.</translation>
    </message>
    <message>
        <source>Deterministic: more steps give finer results.</source>
        <translation>Deterministisch: mehr Schritte ergeben feinere Ergebnisse.</translation>
    </message>
    <message>
        <source>Adds noise at each step: more varied, slower.</source>
        <translation>Fügt in jedem Schritt Rauschen hinzu: vielfältiger, langsamer.</translation>
    </message>
    <message>
        <source>Second order: accurate, and twice as slow.</source>
        <translation>Zweite Ordnung: genau und doppelt so langsam.</translation>
    </message>
    <message>
        <source>The process of training, with much noise: 50 steps or more.</source>
        <translation>Der Prozess aus dem Training, mit viel Rauschen: ab 50 Schritten.</translation>
    </message>
    <message>
        <source>With the most noise: 100 steps or more.</source>
        <translation>Mit dem meisten Rauschen: ab 100 Schritten.</translation>
    </message>
    <message>
        <source>The simplest stochastic solver, for study: 100 steps or more.</source>
        <translation>Das einfachste stochastische Verfahren, zum Untersuchen: ab 100 Schritten.</translation>
    </message>
    <message>
        <source>The fast network used while you paint: four steps, with built-in guidance.</source>
        <translation>Das schnelle Netz, das beim Malen verwendet wird: vier Schritte, mit eingebauter Führung.</translation>
    </message>
    <message>
        <source>The published process, for comparison: slow.</source>
        <translation>Der veröffentlichte Prozess, zum Vergleich: langsam.</translation>
    </message>
    <message>
        <source>The published process with the noise of its code, for comparison.</source>
        <translation>Der veröffentlichte Prozess mit dem Rauschen seines Codes, zum Vergleich.</translation>
    </message>
    <message>
        <source>DDIM, ancestral</source>
        <translation>DDIM, mit Zufall</translation>
    </message>
    <message>
        <source>DDPM, wide</source>
        <translation>DDPM, breit</translation>
    </message>
    <message>
        <source>Distilled</source>
        <translation>Destilliert</translation>
    </message>
    <message>
        <source>GCDP, as coded</source>
        <translation>GCDP, wie im Code</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Paint a {thing}: the image follows every stroke.</source>
        <translation>Malen Sie mit „{thing}“: Das Bild folgt jedem Strich.</translation>
    </message>
    <message>
        <source>Paint a {thing} on the road: the image follows every stroke.</source>
        <translation>Malen Sie mit „{thing}“ auf die Straße: Das Bild folgt jedem Strich.</translation>
    </message>
</context>
<context>
    <name>ShortcutsWindow</name>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Search commands and keys</source>
        <translation>Befehle und Tasten durchsuchen</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>Befehle und ihre Tasten</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>Neue Taste</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>Zuweisen</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>Alle zurücksetzen</translation>
    </message>
    <message>
        <source>{key} is used by “{other}”. “Set” reassigns it.</source>
        <translation>{key} gehört zu „{other}“. „Setzen“ weist die Taste neu zu.</translation>
    </message>
    <message>
        <source>Press a key, or “Set” without one to remove the shortcut.</source>
        <translation>Drücken Sie eine Taste, oder „Zuweisen“ ohne Taste, um sie zu entfernen.</translation>
    </message>
    <message>
        <source>Press a new key for “{command}”.</source>
        <translation>Drücken Sie eine andere Taste für „{command}“.</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>No pack</source>
        <translation>Kein Paket</translation>
    </message>
    <message>
        <source>Engine is starting…</source>
        <translation>Engine startet…</translation>
    </message>
    <message>
        <source>Engine is stopped</source>
        <translation>Engine steht</translation>
    </message>
    <message>
        <source>Live mode is paused while the window is hidden</source>
        <translation>Der Live-Modus pausiert, solange das Fenster verborgen ist</translation>
    </message>
    <message>
        <source>Drawing at full size…</source>
        <translation>Wird in voller Größe gezeichnet…</translation>
    </message>
    <message>
        <source>Ready · {device}</source>
        <translation>Bereit · {device}</translation>
    </message>
    <message>
        <source>Generating…</source>
        <translation>Erzeugt…</translation>
    </message>
    <message>
        <source>Step {step} of {total} · {seconds} s left</source>
        <translation>Schritt {step} von {total} · noch {seconds} s</translation>
    </message>
</context>
<context>
    <name>Storage</name>
    <message>
        <source>The last picture cannot be restored: {why}</source>
        <translation>Das letzte Bild lässt sich nicht wiederherstellen: {why}</translation>
    </message>
    <message>
        <source>Its files are kept in {folder}; send them with a report, or remove them.</source>
        <translation>Seine Dateien liegen in {folder}; senden Sie sie mit einem Bericht, oder entfernen Sie sie.</translation>
    </message>
    <message>
        <source>Make room on the disk.</source>
        <translation>Schaffen Sie Platz auf dem Datenträger.</translation>
    </message>
</context>
<context>
    <name>Studio</name>
    <message>
        <source>The picture cannot be kept for the next start. {why} Save both halves elsewhere, then close.</source>
        <translation>Das Bild kann nicht für den nächsten Start aufbewahrt werden. {why} Speichern Sie beide Hälften an einem anderen Ort und schließen Sie dann.</translation>
    </message>
    <message>
        <source>The pack “{pack}” cannot be used: {why} “{shipped}” is opened in its place.</source>
        <translation>Das Paket „{pack}“ lässt sich nicht verwenden: {why} Stattdessen ist „{shipped}“ geöffnet.</translation>
    </message>
</context>
<context>
    <name>Tasks</name>
    <message>
        <source>An unexpected error occurred ({error}). Your picture is kept. Please report the details.</source>
        <translation>Ein unerwarteter Fehler ist aufgetreten ({error}). Ihr Bild bleibt erhalten. Bitte melden Sie die Einzelheiten.</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>There is no result to look at step by step. Generate one first.</source>
        <translation>Es gibt kein Ergebnis, das sich Schritt für Schritt ansehen ließe. Erzeugen Sie erst eines.</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file} gespeichert.</translation>
    </message>
</context>
<context>
    <name>TimelineWindow</name>
    <message>
        <source>Expected layout, y_0</source>
        <translation>Erwartetes Layout, y_0</translation>
    </message>
    <message>
        <source>Expected image, x_0</source>
        <translation>Erwartetes Bild, x_0</translation>
    </message>
    <message>
        <source>Denoising timeline</source>
        <translation>Entrauschen Schritt für Schritt</translation>
    </message>
    <message>
        <source>Noisy layout, y_t</source>
        <translation>Verrauschtes Layout, y_t</translation>
    </message>
    <message>
        <source>Noisy image, x_t</source>
        <translation>Verrauschtes Bild, x_t</translation>
    </message>
    <message>
        <source>Clock of the layout</source>
        <translation>Uhr des Layouts</translation>
    </message>
    <message>
        <source>Clock of the image</source>
        <translation>Uhr des Bildes</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Trace again</source>
        <translation>Neu aufzeichnen</translation>
    </message>
    <message>
        <source>Save GIF…</source>
        <translation>GIF speichern…</translation>
    </message>
    <message>
        <source>Save frames…</source>
        <translation>Einzelbilder speichern…</translation>
    </message>
    <message>
        <source>Save GIF</source>
        <translation>GIF speichern</translation>
    </message>
    <message>
        <source>Save frames</source>
        <translation>Einzelbilder speichern</translation>
    </message>
    <message>
        <source>{step} of {count}</source>
        <translation>{step} von {count}</translation>
    </message>
</context>
<context>
    <name>ToolCommands</name>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Paint freehand; Shift and drag changes its size</source>
        <translation>Freihand malen; Umschalt und Ziehen ändert die Größe</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>Linie</translation>
    </message>
    <message>
        <source>A straight line; Shift keeps it to steps of 15°</source>
        <translation>Eine gerade Linie; Umschalt rastet in Schritten von 15° ein</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>Rechteck</translation>
    </message>
    <message>
        <source>A filled rectangle; Shift makes it a square</source>
        <translation>Ein gefülltes Rechteck; mit Umschalt ein Quadrat</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Everything inside a freehand outline</source>
        <translation>Alles innerhalb einer Freihandlinie</translation>
    </message>
    <message>
        <source>Click corner by corner; Enter or the first corner closes it</source>
        <translation>Ecke für Ecke klicken; Eingabe oder die erste Ecke schließt ihn</translation>
    </message>
    <message>
        <source>Fill a connected area of one class</source>
        <translation>Einen zusammenhängenden Bereich einer Klasse füllen</translation>
    </message>
    <message>
        <source>Pick the class under the pointer; hold Alt to pick with any tool</source>
        <translation>Die Klasse unter dem Zeiger wählen; mit Alt geht das mit jedem Werkzeug</translation>
    </message>
    <message>
        <source>Move the selection or the object under the pointer; hold Alt to leave a copy</source>
        <translation>Die Auswahl oder das Objekt unter dem Zeiger verschieben; mit Alt bleibt eine Kopie</translation>
    </message>
    <message>
        <source>Tools paint the current class</source>
        <translation>Werkzeuge malen die aktuelle Klasse</translation>
    </message>
    <message>
        <source>Tools erase to unknown, which is then generated</source>
        <translation>Werkzeuge radieren zu Unbekanntem, das dann erzeugt wird</translation>
    </message>
    <message>
        <source>Tools select; Shift adds, Alt subtracts, both intersect</source>
        <translation>Werkzeuge wählen aus; Umschalt fügt hinzu, Alt nimmt weg, beide zusammen schneiden</translation>
    </message>
    <message>
        <source>Tools protect parts of a half from being regenerated</source>
        <translation>Werkzeuge schützen Teile einer Hälfte davor, neu erzeugt zu werden</translation>
    </message>
    <message>
        <source>Tools release protected parts of a half to be regenerated</source>
        <translation>Werkzeuge geben geschützte Teile einer Hälfte zum Neuerzeugen frei</translation>
    </message>
    <message>
        <source>Swap with the previous class</source>
        <translation>Mit der vorigen Klasse tauschen</translation>
    </message>
    <message>
        <source>Steady hand: the brush follows with a delay and smooths the stroke</source>
        <translation>Ruhige Hand: Der Pinsel folgt verzögert und glättet den Strich</translation>
    </message>
    <message>
        <source>&amp;Invert selection</source>
        <translation>Auswahl &amp;umkehren</translation>
    </message>
    <message>
        <source>&amp;Erase the selection</source>
        <translation>Auswahl ra&amp;dieren</translation>
    </message>
    <message>
        <source>&amp;Redraw only the selection</source>
        <translation>Nur die Auswahl neu &amp;zeichnen</translation>
    </message>
    <message>
        <source>Invert selection</source>
        <translation>Auswahl umkehren</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>Polygon</translation>
    </message>
    <message>
        <source>Fill</source>
        <translation>Füllen</translation>
    </message>
    <message>
        <source>Pick a class</source>
        <translation>Klasse aufnehmen</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>Malen</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>Radierer</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>Auswählen</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Release</source>
        <translation>Freigeben</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>Kleinerer Pinsel</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>Größerer Pinsel</translation>
    </message>
    <message>
        <source>Next symmetry</source>
        <translation>Nächste Symmetrie</translation>
    </message>
    <message>
        <source>Steady hand</source>
        <translation>Ruhige Hand</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>Select &amp;nothing</source>
        <translation>Auswahl auf&amp;heben</translation>
    </message>
    <message>
        <source>Keep the whole i&amp;mage</source>
        <translation>&amp;Ganzes Bild behalten</translation>
    </message>
    <message>
        <source>Keep &amp;nothing of the image</source>
        <translation>&amp;Nichts vom Bild behalten</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>Alles auswählen</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>Auswahl aufheben</translation>
    </message>
</context>
<context>
    <name>ToolOptions</name>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Brush size</source>
        <translation>Pinselgröße</translation>
    </message>
    <message>
        <source>Brush size in pixels of the picture ( [ and ] )</source>
        <translation>Pinselgröße in Pixeln des Bildes ( [ und ] )</translation>
    </message>
    <message>
        <source>Close gaps</source>
        <translation>Lücken schließen</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>Layout</translation>
    </message>
    <message>
        <source>Fills do not leak through gaps up to this many pixels wide</source>
        <translation>Füllungen laufen nicht durch Lücken bis zu dieser Breite in Pixeln aus</translation>
    </message>
    <message>
        <source>Layout opacity</source>
        <translation>Deckkraft des Layouts</translation>
    </message>
    <message>
        <source>No symmetry</source>
        <translation>Keine Symmetrie</translation>
    </message>
    <message>
        <source>Left and right</source>
        <translation>Links und rechts</translation>
    </message>
    <message>
        <source>Top and bottom</source>
        <translation>Oben und unten</translation>
    </message>
    <message>
        <source>All four corners</source>
        <translation>Alle vier Ecken</translation>
    </message>
    <message>
        <source>Symmetry</source>
        <translation>Symmetrie</translation>
    </message>
    <message>
        <source>Everything you do is mirrored about the centre of the picture</source>
        <translation>Alles wird an der Bildmitte gespiegelt wiederholt</translation>
    </message>
</context>
<context>
    <name>VariationTile</name>
    <message>
        <source>Variation {number}</source>
        <translation>Variante {number}</translation>
    </message>
    <message>
        <source>Use this variation</source>
        <translation>Diese Variante verwenden</translation>
    </message>
</context>
<context>
    <name>ViewMenu</name>
    <message>
        <source>Show the &amp;whole picture</source>
        <translation>&amp;Ganzes Bild zeigen</translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation>&amp;Originalgröße</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>&amp;Vergrößern</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>&amp;Results</source>
        <translation>E&amp;rgebnisse</translation>
    </message>
    <message>
        <source>O&amp;verlay</source>
        <translation>Ü&amp;berlagern</translation>
    </message>
    <message>
        <source>&amp;History</source>
        <translation>Ver&amp;lauf</translation>
    </message>
    <message>
        <source>Ar&amp;eas</source>
        <translation>Fl&amp;ächen</translation>
    </message>
    <message>
        <source>Draw and show each result at the pack&apos;s full size, a moment after it appears</source>
        <translation>Jedes Ergebnis kurz nach seinem Erscheinen in der vollen Größe des Pakets zeichnen und zeigen</translation>
    </message>
    <message>
        <source>&amp;Full size</source>
        <translation>Voll&amp;e Größe</translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation>&amp;System</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Farbschema</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Sprache</translation>
    </message>
</context>
<context>
    <name>_FilmstripModel</name>
    <message>
        <source>Favourite, result from {time}</source>
        <translation>Favorit, Ergebnis von {time}</translation>
    </message>
    <message>
        <source>Result from {time}</source>
        <translation>Ergebnis von {time}</translation>
    </message>
</context>
<context>
    <name>_PairDelegate</name>
    <message>
        <source>damaged</source>
        <translation>beschädigt</translation>
    </message>
</context>
<context>
    <name>_PairModel</name>
    <message>
        <source>Pair {name}</source>
        <translation>Paar {name}</translation>
    </message>
</context>
</TS>
