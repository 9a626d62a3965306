<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR">
<context>
    <name>AdvancedPanel</name>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>More steps take longer and look finer</source>
        <translation>단계가 많을수록 오래 걸리고 더 섬세합니다</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>샘플러</translation>
    </message>
    <message>
        <source>Guidance towards the text</source>
        <translation>텍스트 가이던스</translation>
    </message>
    <message>
        <source>How closely the words are kept; 1 is plain</source>
        <translation>텍스트를 얼마나 따를지 정합니다. 1은 기본입니다</translation>
    </message>
    <message>
        <source>Guidance towards the other half</source>
        <translation>다른 절반 가이던스</translation>
    </message>
    <message>
        <source>How closely each half keeps to the other; 1 is plain</source>
        <translation>두 절반이 서로를 얼마나 따를지 정합니다. 1은 기본입니다</translation>
    </message>
    <message>
        <source>As the pack has them</source>
        <translation>팩 기본값으로</translation>
    </message>
    <message>
        <source>Towards the text</source>
        <translation>텍스트 가이던스</translation>
    </message>
    <message>
        <source>the other half</source>
        <translation>다른 절반</translation>
    </message>
</context>
<context>
    <name>AreaBar</name>
    <message>
        <source>Area of {thing}</source>
        <translation>{thing} 면적</translation>
    </message>
    <message>
        <source>Drag to set how much of the picture is {thing}; Delete clears it</source>
        <translation>끌어서 그림에서 {thing}의 비율을 정합니다. Delete를 누르면 지워집니다</translation>
    </message>
</context>
<context>
    <name>AreaPanel</name>
    <message>
        <source>Clear all targets</source>
        <translation>모든 목표 지우기</translation>
    </message>
    <message>
        <source>Areas</source>
        <translation>면적</translation>
    </message>
</context>
<context>
    <name>Autosave</name>
    <message>
        <source>A part of its journal is damaged.</source>
        <translation>기록의 일부가 손상되었습니다.</translation>
    </message>
    <message>
        <source>The last picture was restored without its newest edits: {why}</source>
        <translation>마지막 그림을 최근 편집 내용 없이 복원했습니다: {why}</translation>
    </message>
    <message>
        <source>The journal of your edits cannot be written ({why}).</source>
        <translation>편집 기록을 저장할 수 없습니다({why}).</translation>
    </message>
    <message>
        <source>Make room on the disk.</source>
        <translation>디스크 공간을 확보하세요.</translation>
    </message>
    <message>
        <source>The last picture</source>
        <translation>마지막 그림</translation>
    </message>
</context>
<context>
    <name>CanvasExtension</name>
    <message>
        <source>This picture can grow to {width}×{height} there and no further. Save it and go on in a new one.</source>
        <translation>이 그림은 그쪽으로 {width}×{height}까지만 커질 수 있습니다. 저장하고 새 그림에서 계속하세요.</translation>
    </message>
</context>
<context>
    <name>ClassHistogram</name>
    <message>
        <source>What the pairs hold</source>
        <translation>쌍에 들어 있는 것</translation>
    </message>
    <message>
        <source>{pixels} · {pairs}</source>
        <translation>{pixels} · {pairs}</translation>
    </message>
</context>
<context>
    <name>CompareOverlay</name>
    <message>
        <source>Comparison: arrow keys move the line, Escape ends it</source>
        <translation>비교: 화살표 키로 선을 옮기고 Esc로 끝냅니다</translation>
    </message>
</context>
<context>
    <name>CropOverlay</name>
    <message>
        <source>Crop: drag or arrow keys move, plus and minus zoom, Enter places</source>
        <translation>자르기: 끌기나 화살표 키로 이동, 더하기와 빼기로 확대/축소, Enter로 적용</translation>
    </message>
    <message>
        <source>Drag and zoom · Enter places · Esc leaves it</source>
        <translation>끌기와 확대/축소 · Enter로 적용 · Esc로 취소</translation>
    </message>
</context>
<context>
    <name>DatasetBrowser</name>
    <message>
        <source>These pairs were drawn with the pack “{pack}”. Choose it in File → Packs, then open one.</source>
        <translation>이 쌍은 “{pack}” 팩으로 그렸습니다. 파일 → 팩에서 고른 다음 여세요.</translation>
    </message>
    <message>
        <source>Open pair {name}</source>
        <translation>쌍 {name} 열기</translation>
    </message>
    <message>
        <source>Pair {name} was opened with its caption and its seed. Undo restores the previous picture.</source>
        <translation>{name} 쌍을 설명 및 시드와 함께 열었습니다. 실행 취소하면 이전 그림으로 돌아갑니다.</translation>
    </message>
</context>
<context>
    <name>DatasetCommands</name>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Show the export</source>
        <translation>내보내기 보기</translation>
    </message>
    <message>
        <source>&amp;Export a data set…</source>
        <translation>데이터 세트 내보내기(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Look through a data set…</source>
        <translation>데이터 세트 살펴보기(&amp;L)…</translation>
    </message>
</context>
<context>
    <name>DatasetWindow</name>
    <message>
        <source>Open a folder…</source>
        <translation>폴더 열기…</translation>
    </message>
    <message>
        <source>Show pairs with</source>
        <translation>다음이 있는 쌍 보기</translation>
    </message>
    <message>
        <source>Segmenter agrees on at least</source>
        <translation>분할기 일치율 최소</translation>
    </message>
    <message>
        <source>Drop</source>
        <translation>제외</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Open on the canvas</source>
        <translation>캔버스에서 열기</translation>
    </message>
    <message>
        <source>What they hold</source>
        <translation>들어 있는 것</translation>
    </message>
    <message>
        <source>share of the pixels · of the pairs</source>
        <translation>픽셀 비율 · 쌍 비율</translation>
    </message>
    <message>
        <source>Open a data set</source>
        <translation>데이터 세트 열기</translation>
    </message>
    <message>
        <source>Data set</source>
        <translation>데이터 세트</translation>
    </message>
    <message>
        <source>any class</source>
        <translation>모든 클래스</translation>
    </message>
    <message>
        <source>{count} pairs</source>
        <translation>쌍 {count}개</translation>
    </message>
    <message>
        <source>{shown} of {count} pairs</source>
        <translation>쌍 {count}개 중 {shown}개</translation>
    </message>
    <message>
        <source>No data set is open</source>
        <translation>열린 데이터 세트가 없습니다</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>읽는 중…</translation>
    </message>
    <message>
        <source>Open a folder that an export was written to.</source>
        <translation>내보낸 폴더를 여세요.</translation>
    </message>
    <message>
        <source>No pair is like that.</source>
        <translation>그런 쌍이 없습니다.</translation>
    </message>
    <message>
        <source>No pair is in this folder.</source>
        <translation>이 폴더에는 쌍이 없습니다.</translation>
    </message>
    <message>
        <source>Seed {seed}</source>
        <translation>시드 {seed}</translation>
    </message>
    <message>
        <source>agreement {share} %</source>
        <translation>일치율 {share} %</translation>
    </message>
    <message>
        <source>“{caption}”</source>
        <translation>“{caption}”</translation>
    </message>
    <message>
        <source>{count} pairs are chosen</source>
        <translation>쌍 {count}개를 골랐습니다</translation>
    </message>
    <message>
        <source>{count} dropped; they can be taken back until this window is closed</source>
        <translation>{count}개를 제외했습니다. 이 창을 닫기 전까지 되돌릴 수 있습니다</translation>
    </message>
    <message>
        <source>Enter opens a pair on the canvas, Delete drops it</source>
        <translation>Enter를 누르면 쌍을 캔버스에서 열고, Delete를 누르면 제외합니다</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</source>
        <translation>그림 (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>Projects and pictures (*.diptych *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</source>
        <translation>프로젝트와 그림 (*.diptych *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
    <message>
        <source>Text files (*.txt)</source>
        <translation>텍스트 파일 (*.txt)</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>Keep</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>Erase selection</source>
        <translation>선택 영역 지우기</translation>
    </message>
    <message>
        <source>Redraw selection</source>
        <translation>선택 영역 다시 그리기</translation>
    </message>
    <message>
        <source>Keep image</source>
        <translation>이미지 유지</translation>
    </message>
    <message>
        <source>Release image</source>
        <translation>이미지 유지 해제</translation>
    </message>
    <message>
        <source>Extend canvas</source>
        <translation>캔버스 확장</translation>
    </message>
    <message>
        <source>Clear layout</source>
        <translation>레이아웃 비우기</translation>
    </message>
</context>
<context>
    <name>EngineClient</name>
    <message>
        <source>It speaks protocol {theirs} (version {version}), this studio {ours}. Install the same version of Diptych on both sides.</source>
        <translation>엔진은 프로토콜 {theirs}(버전 {version}), 이 스튜디오는 {ours}을(를) 사용합니다. 양쪽에 같은 버전의 Diptych를 설치하세요.</translation>
    </message>
    <message>
        <source>It sent a picture of the wrong size, or with unknown class ids.</source>
        <translation>크기가 맞지 않거나 알 수 없는 클래스 번호가 있는 그림을 보냈습니다.</translation>
    </message>
    <message>
        <source>The engine stopped ({why}). It restarts in {seconds} s.</source>
        <translation>엔진이 중지되었습니다({why}). {seconds}초 후에 다시 시작합니다.</translation>
    </message>
    <message>
        <source>The engine stopped ({why}). It restarts in {seconds} s and continues your picture.</source>
        <translation>엔진이 중지되었습니다({why}). {seconds}초 후에 다시 시작하여 그림을 이어서 생성합니다.</translation>
    </message>
    <message>
        <source>Restart now</source>
        <translation>지금 다시 시작</translation>
    </message>
    <message>
        <source>The engine cannot be started with “{command}” ({why}). Check DIPTYCH_ENGINE and the settings file.</source>
        <translation>“{command}” 명령으로 엔진을 시작할 수 없습니다({why}). DIPTYCH_ENGINE과 설정 파일을 확인하세요.</translation>
    </message>
    <message>
        <source>The engine was stopped ({why}). Your picture is kept.</source>
        <translation>엔진을 중지했습니다({why}). 그림은 그대로 유지됩니다.</translation>
    </message>
    <message>
        <source>The engine stopped again after {count} restarts ({why}). Your picture is kept.</source>
        <translation>엔진을 {count}번 다시 시작했지만 또 중지되었습니다({why}). 그림은 그대로 유지됩니다.</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>엔진 시작</translation>
    </message>
    <message>
        <source>The engine has not answered for {seconds} seconds. It may still be loading.</source>
        <translation>엔진이 {seconds}초 동안 응답하지 않았습니다. 아직 불러오는 중일 수 있습니다.</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>엔진 다시 시작</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Captions of the pack&apos;s own words</source>
        <translation>팩의 단어로 만든 설명</translation>
    </message>
    <message>
        <source>Each pair gets a caption that is made up for it; both halves are drawn.</source>
        <translation>쌍마다 설명을 지어내고 두 쪽을 모두 그립니다.</translation>
    </message>
    <message>
        <source>Captions from a file</source>
        <translation>파일의 설명</translation>
    </message>
    <message>
        <source>A text file with a caption on each line; pairs take them in turn.</source>
        <translation>한 줄에 설명 하나씩인 텍스트 파일입니다. 쌍이 차례로 가져갑니다.</translation>
    </message>
    <message>
        <source>The canvas as it is now</source>
        <translation>지금의 캔버스</translation>
    </message>
    <message>
        <source>What is painted and kept stays; the rest is drawn anew with each seed.</source>
        <translation>칠하고 고정한 것은 그대로 두고 나머지를 시드마다 새로 그립니다.</translation>
    </message>
    <message>
        <source>Layouts from a folder</source>
        <translation>폴더의 레이아웃</translation>
    </message>
    <message>
        <source>Index PNGs; new images are drawn for them, round after round.</source>
        <translation>인덱스 PNG입니다. 돌아가며 새 이미지를 그립니다.</translation>
    </message>
    <message>
        <source>Images from a folder</source>
        <translation>폴더의 이미지</translation>
    </message>
    <message>
        <source>PNG or JPEG files; their layouts are found.</source>
        <translation>PNG나 JPEG 파일입니다. 그 레이아웃을 찾습니다.</translation>
    </message>
    <message>
        <source>Nothing at all</source>
        <translation>아무것도 없이</translation>
    </message>
    <message>
        <source>Any pictures, as the pack draws them.</source>
        <translation>팩이 그리는 대로 아무 그림이나 만듭니다.</translation>
    </message>
    <message>
        <source>Paired folders</source>
        <translation>짝지은 폴더</translation>
    </message>
    <message>
        <source>images/ and layouts/ with index PNGs; diptych-engine train reads it.</source>
        <translation>images/와 인덱스 PNG가 든 layouts/. diptych-engine train이 읽습니다.</translation>
    </message>
    <message>
        <source>JPEG images and PNGs with the VOC palette.</source>
        <translation>JPEG 이미지와 VOC 팔레트의 PNG.</translation>
    </message>
    <message>
        <source>leftImg8bit and gtFine with labelIds, trainIds and colours.</source>
        <translation>leftImg8bit와 gtFine(labelIds, trainIds, 색).</translation>
    </message>
    <message>
        <source>JPEG images, and annotations in which 0 is unlabelled.</source>
        <translation>JPEG 이미지와 0이 미지정인 주석.</translation>
    </message>
    <message>
        <source>Panoptic PNGs, regions as run lengths, and captions.</source>
        <translation>파놉틱 PNG, 런 길이로 적은 영역, 설명.</translation>
    </message>
    <message>
        <source>A folder with metadata.jsonl, for load_dataset.</source>
        <translation>load_dataset용 metadata.jsonl이 든 폴더.</translation>
    </message>
    <message>
        <source>A few large files with the pictures inside.</source>
        <translation>그림이 든 큰 파일 몇 개.</translation>
    </message>
    <message>
        <source>Tar files of pairs, for sets that are streamed.</source>
        <translation>스트리밍하는 세트를 위한 쌍의 tar 파일.</translation>
    </message>
    <message>
        <source>{count} s</source>
        <translation>{count}초</translation>
    </message>
    <message>
        <source>{count} min</source>
        <translation>{count}분</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours}시간 {minutes}분</translation>
    </message>
    <message>
        <source>Waiting for the engine…</source>
        <translation>엔진을 기다리는 중…</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>준비하는 중…</translation>
    </message>
    <message>
        <source>{done} of {count} pairs</source>
        <translation>쌍 {count}개 중 {done}개</translation>
    </message>
    <message>
        <source>{count} rejected</source>
        <translation>{count}개 거름</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>일시 정지됨</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>writing the rest…</source>
        <translation>나머지를 쓰는 중…</translation>
    </message>
    <message>
        <source>{rate} a second</source>
        <translation>초당 {rate}개</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>{time} 남음</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export a data set</source>
        <translation>데이터 세트 내보내기</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행률</translation>
    </message>
    <message>
        <source>Draw from</source>
        <translation>그리는 재료</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>형식</translation>
    </message>
    <message>
        <source>File of captions</source>
        <translation>설명 파일</translation>
    </message>
    <message>
        <source>Choose a file of captions</source>
        <translation>설명 파일 고르기</translation>
    </message>
    <message>
        <source>Folder of layouts</source>
        <translation>레이아웃 폴더</translation>
    </message>
    <message>
        <source>Choose a folder of layouts</source>
        <translation>레이아웃 폴더 고르기</translation>
    </message>
    <message>
        <source>Folder of images</source>
        <translation>이미지 폴더</translation>
    </message>
    <message>
        <source>Choose a folder of images</source>
        <translation>이미지 폴더 고르기</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>쌍</translation>
    </message>
    <message>
        <source>First seed</source>
        <translation>첫 시드</translation>
    </message>
    <message>
        <source>Each next pair has the next seed; the same seeds make the same pairs</source>
        <translation>다음 쌍은 다음 시드를 씁니다. 시드가 같으면 쌍도 같습니다</translation>
    </message>
    <message>
        <source>All the detail</source>
        <translation>세부까지 모두</translation>
    </message>
    <message>
        <source>Each pair is brought to the pack&apos;s full size, which takes longer</source>
        <translation>각 쌍을 팩의 전체 크기로 만듭니다. 시간이 더 걸립니다</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Choose a folder for the data set</source>
        <translation>데이터 세트 폴더 고르기</translation>
    </message>
    <message>
        <source>The segmenter agrees with the layout on at least</source>
        <translation>분할기가 레이아웃과 일치하는 비율이 최소</translation>
    </message>
    <message>
        <source>It looks at each image by itself, and its layout is compared with the pair&apos;s</source>
        <translation>이미지마다 따로 보고, 찾은 레이아웃을 쌍의 레이아웃과 비교합니다</translation>
    </message>
    <message>
        <source>Every class that the caption names is there</source>
        <translation>설명에 나온 클래스가 모두 있음</translation>
    </message>
    <message>
        <source>Likeness to any other pair is below</source>
        <translation>다른 쌍과의 유사도가 다음 미만</translation>
    </message>
    <message>
        <source>Near-duplicates are left out: of each other, and of the pictures in the folder below</source>
        <translation>서로, 그리고 아래 폴더의 그림과 거의 같은 것을 뺍니다</translation>
    </message>
    <message>
        <source>Pictures not to repeat</source>
        <translation>되풀이하지 않을 그림</translation>
    </message>
    <message>
        <source>Choose a folder with images and layouts</source>
        <translation>이미지와 레이아웃 폴더 고르기</translation>
    </message>
    <message>
        <source>A folder of real pairs that are not to be repeated, if any</source>
        <translation>되풀이하지 않을 실제 쌍의 폴더(있다면)</translation>
    </message>
    <message>
        <source>This pack has no segmenter. diptych-engine train-segmenter makes one.</source>
        <translation>이 팩에는 분할기가 없습니다. diptych-engine train-segmenter로 만드세요.</translation>
    </message>
    <message>
        <source>This pack has nothing to tell likeness by.</source>
        <translation>이 팩에는 유사도를 판단할 것이 없습니다.</translation>
    </message>
    <message>
        <source>Areas</source>
        <translation>면적</translation>
    </message>
    <message>
        <source>Keep if</source>
        <translation>남길 조건</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>이어 하기</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>Look through a data set…</source>
        <translation>데이터 세트 살펴보기…</translation>
    </message>
    <message>
        <source>Aim at those set beside the picture: {areas}</source>
        <translation>그림 옆에서 정한 면적을 목표로: {areas}</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Choose a file of captions first.</source>
        <translation>먼저 설명 파일을 고르세요.</translation>
    </message>
    <message>
        <source>Choose a folder of pictures first.</source>
        <translation>먼저 그림 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>Choose a folder for the data set first.</source>
        <translation>먼저 데이터 세트 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{count} pairs of {width}×{height}</source>
        <translation>{width}×{height} 쌍 {count}개</translation>
    </message>
    <message>
        <source>about {time} in {steps} steps each</source>
        <translation>{steps}단계씩 약 {time}</translation>
    </message>
    <message>
        <source>about {size}</source>
        <translation>약 {size}</translation>
    </message>
    <message>
        <source>{room} ({free} free)</source>
        <translation>{room} ({free} 남음)</translation>
    </message>
    <message>
        <source>goes on with what is there</source>
        <translation>있는 것에 이어서 진행</translation>
    </message>
</context>
<context>
    <name>ExportRunner</name>
    <message>
        <source>The export to {folder} is not finished. What is there stays whole.</source>
        <translation>{folder}(으)로 내보내기가 끝나지 않았습니다. 있는 것은 온전합니다.</translation>
    </message>
    <message>
        <source>The export is stopped; {folder} holds {count} pairs.</source>
        <translation>내보내기를 멈췄습니다. {folder}에 쌍 {count}개가 있습니다.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>이어 하기</translation>
    </message>
    <message>
        <source>The export to {folder} stopped with the engine. What is there stays whole.</source>
        <translation>엔진과 함께 {folder}(으)로 내보내기가 멈췄습니다. 있는 것은 온전합니다.</translation>
    </message>
    <message>
        <source>{folder} holds {count} pairs.</source>
        <translation>{folder}에 쌍 {count}개가 있습니다.</translation>
    </message>
    <message>
        <source>{count} others did not pass the filters.</source>
        <translation>다른 {count}개는 필터를 통과하지 못했습니다.</translation>
    </message>
    <message>
        <source>Look through them</source>
        <translation>살펴보기</translation>
    </message>
    <message>
        <source>{folder} holds {count} pairs now.</source>
        <translation>이제 {folder}에 쌍 {count}개가 있습니다.</translation>
    </message>
    <message>
        <source>{file} cannot be written ({why}). If the studio ends, start the export again by hand.</source>
        <translation>{file}에 쓸 수 없습니다({why}). 스튜디오가 끝나면 내보내기를 직접 다시 시작하세요.</translation>
    </message>
</context>
<context>
    <name>ExtendController</name>
    <message>
        <source>Drag an edge of the picture outwards; what comes on is drawn in both halves</source>
        <translation>그림의 가장자리를 밖으로 끌면 늘어난 부분이 양쪽 모두에 그려집니다</translation>
    </message>
    <message>
        <source>E&amp;xtend canvas</source>
        <translation>캔버스 확장(&amp;X)</translation>
    </message>
    <message>
        <source>Extend canvas &amp;by…</source>
        <translation>캔버스 크기 늘리기(&amp;B)…</translation>
    </message>
</context>
<context>
    <name>ExtendDialog</name>
    <message>
        <source>Extend canvas</source>
        <translation>캔버스 확장</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>왼쪽</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>오른쪽</translation>
    </message>
    <message>
        <source>Top</source>
        <translation>위</translation>
    </message>
    <message>
        <source>Bottom</source>
        <translation>아래</translation>
    </message>
    <message>
        <source>Extend</source>
        <translation>확장</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>What comes on is drawn in both halves; all else stays as it is.</source>
        <translation>늘어난 부분은 양쪽 모두에 그려지고, 나머지는 그대로 남습니다.</translation>
    </message>
    <message>
        <source>The picture will have {width} × {height} pixels.</source>
        <translation>그림은 {width} × {height}픽셀이 됩니다.</translation>
    </message>
    <message>
        <source>The picture will have {width} × {height} pixels, for it can be no larger.</source>
        <translation>그림은 더 커질 수 없어 {width} × {height}픽셀이 됩니다.</translation>
    </message>
</context>
<context>
    <name>ExtendHandle</name>
    <message>
        <source>Drag outwards to extend the canvas</source>
        <translation>밖으로 끌어 캔버스를 확장합니다</translation>
    </message>
</context>
<context>
    <name>ExtendOverlay</name>
    <message>
        <source>Extend canvas: arrow keys move the edges out, with Shift back, Enter extends, Escape leaves it</source>
        <translation>캔버스 확장: 화살표 키로 가장자리를 밖으로, Shift와 함께 안으로 옮기고 Enter로 확장, Esc로 취소합니다</translation>
    </message>
    <message>
        <source>{width} × {height} · no larger</source>
        <translation>{width} × {height} · 더 키울 수 없음</translation>
    </message>
    <message>
        <source>Drag an edge outwards · Esc leaves it</source>
        <translation>가장자리를 밖으로 끌기 · Esc로 취소</translation>
    </message>
</context>
<context>
    <name>FileCommands</name>
    <message>
        <source>Not saved when another took their place</source>
        <translation>다른 그림으로 바뀔 때 저장되지 않은 그림</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>제목 없음</translation>
    </message>
    <message>
        <source>&amp;New</source>
        <translation>새로 만들기(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>열기(&amp;O)…</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>최근 파일 열기(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>저장(&amp;S)</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>다른 이름으로 저장(&amp;A)…</translation>
    </message>
    <message>
        <source>Open &amp;layout…</source>
        <translation>레이아웃 열기(&amp;L)…</translation>
    </message>
    <message>
        <source>Open &amp;image…</source>
        <translation>이미지 열기(&amp;I)…</translation>
    </message>
    <message>
        <source>Export la&amp;yout…</source>
        <translation>레이아웃 내보내기(&amp;Y)…</translation>
    </message>
    <message>
        <source>Export i&amp;mage…</source>
        <translation>이미지 내보내기(&amp;M)…</translation>
    </message>
    <message>
        <source>Export image at f&amp;ull size…</source>
        <translation>이미지를 전체 크기로 내보내기(&amp;U)…</translation>
    </message>
    <message>
        <source>Adjust the &amp;crop</source>
        <translation>자르기 조정(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>끝내기(&amp;Q)</translation>
    </message>
    <message>
        <source>Copy ima&amp;ge</source>
        <translation>이미지 복사(&amp;G)</translation>
    </message>
    <message>
        <source>Copy &amp;layout</source>
        <translation>레이아웃 복사(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>붙여넣기(&amp;P)</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>그림</translation>
    </message>
    <message>
        <source>Save project</source>
        <translation>프로젝트 저장</translation>
    </message>
    <message>
        <source>Open layout</source>
        <translation>레이아웃 열기</translation>
    </message>
    <message>
        <source>Open image</source>
        <translation>이미지 열기</translation>
    </message>
    <message>
        <source>Export layout</source>
        <translation>레이아웃 내보내기</translation>
    </message>
    <message>
        <source>Export image</source>
        <translation>이미지 내보내기</translation>
    </message>
    <message>
        <source>The picture is not there at full size yet.</source>
        <translation>그림이 아직 전체 크기로 준비되지 않았습니다.</translation>
    </message>
    <message>
        <source>Export image at full size</source>
        <translation>이미지를 전체 크기로 내보내기</translation>
    </message>
    <message>
        <source>There is no image to copy yet. Generate one first.</source>
        <translation>아직 복사할 이미지가 없습니다. 먼저 생성하세요.</translation>
    </message>
    <message>
        <source>the clipboard</source>
        <translation>클립보드</translation>
    </message>
    <message>
        <source>There is no picture on the clipboard. Copy one first.</source>
        <translation>클립보드에 그림이 없습니다. 먼저 복사하세요.</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>아직 없음</translation>
    </message>
</context>
<context>
    <name>FileExchange</name>
    <message>
        <source>There is no image to save yet. Generate one first.</source>
        <translation>아직 저장할 이미지가 없습니다. 먼저 생성하세요.</translation>
    </message>
    <message>
        <source>Open {file}</source>
        <translation>{file} 열기</translation>
    </message>
    <message>
        <source>{file} is {width}×{height}; its middle was fitted to {to_width}×{to_height}.</source>
        <translation>{file}의 크기는 {width}×{height}입니다. 가운데를 {to_width}×{to_height}에 맞췄습니다.</translation>
    </message>
    <message>
        <source>Only {file} was opened, the first of {count} files. Drop the others one by one.</source>
        <translation>파일 {count}개 중 첫 번째인 {file}만 열었습니다. 나머지는 하나씩 끌어다 놓으세요.</translation>
    </message>
    <message>
        <source>{file} was opened with its request. Undo restores the previous picture.</source>
        <translation>{file}을(를) 요청과 함께 열었습니다. 실행 취소하면 이전 그림으로 돌아갑니다.</translation>
    </message>
    <message>
        <source>{file} was opened with its layout and its request. Undo restores the previous picture.</source>
        <translation>{file}을(를) 레이아웃 및 요청과 함께 열었습니다. 실행 취소하면 이전 그림으로 돌아갑니다.</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file}을(를) 저장했습니다.</translation>
    </message>
    <message>
        <source>Adjust the crop</source>
        <translation>자르기 조정</translation>
    </message>
    <message>
        <source>Undo restores the previous picture.</source>
        <translation>실행 취소하면 이전 그림으로 돌아갑니다.</translation>
    </message>
</context>
<context>
    <name>Filmstrip</name>
    <message>
        <source>Results</source>
        <translation>결과</translation>
    </message>
    <message>
        <source>Restore result</source>
        <translation>결과 복원</translation>
    </message>
    <message>
        <source>No &amp;favourite any more</source>
        <translation>즐겨찾기 해제(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Favourite</source>
        <translation>즐겨찾기(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>복원(&amp;R)</translation>
    </message>
    <message>
        <source>Restore with its re&amp;quest</source>
        <translation>요청까지 복원(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Compare with the picture</source>
        <translation>그림과 비교(&amp;C)</translation>
    </message>
    <message>
        <source>Show in its f&amp;older</source>
        <translation>폴더에서 보기(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>삭제(&amp;D)</translation>
    </message>
</context>
<context>
    <name>GenerationController</name>
    <message>
        <source>Start engine</source>
        <translation>엔진 시작</translation>
    </message>
    <message>
        <source>The engine is stopped. Start it, then generate again.</source>
        <translation>엔진이 멈춰 있습니다. 시작한 뒤 다시 생성하세요.</translation>
    </message>
    <message>
        <source>No pack could be opened, so no picture can be generated. Install a pack and restart.</source>
        <translation>팩을 열 수 없어 그림을 생성할 수 없습니다. 팩을 설치한 후 다시 시작하세요.</translation>
    </message>
    <message>
        <source>Every pixel of the layout is painted, so there is nothing left to find in the image.</source>
        <translation>레이아웃의 모든 픽셀이 칠해져 있어 이미지에서 찾을 것이 없습니다.</translation>
    </message>
    <message>
        <source>Find all of it anew</source>
        <translation>전부 새로 찾기</translation>
    </message>
    <message>
        <source>All of the image is kept, so there is nothing to draw. Paint over the part that is to change.</source>
        <translation>이미지 전체가 유지되어 그릴 것이 없습니다. 바꿀 부분을 덧칠하세요.</translation>
    </message>
    <message>
        <source>Draw all of it anew</source>
        <translation>전부 새로 그리기</translation>
    </message>
    <message>
        <source>Repaint parts of it</source>
        <translation>일부 다시 그리기</translation>
    </message>
    <message>
        <source>This pack does not know {words}. Try other words.</source>
        <translation>이 팩은 {words}을(를) 알지 못합니다. 다른 낱말을 사용해 보세요.</translation>
    </message>
    <message>
        <source>Here is the layout. In Layout → Image, only what you paint over is drawn anew.</source>
        <translation>레이아웃입니다. ‘레이아웃 → 이미지’에서는 덧칠한 곳만 다시 그립니다.</translation>
    </message>
    <message>
        <source>“{word}”</source>
        <translation>“{word}”</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>History</source>
        <translation>작업 내역</translation>
    </message>
</context>
<context>
    <name>ImageCanvas</name>
    <message>
        <source>Image</source>
        <translation>이미지</translation>
    </message>
    <message>
        <source>The image appears here</source>
        <translation>여기에 이미지가 나타납니다</translation>
    </message>
</context>
<context>
    <name>LayoutCanvas</name>
    <message>
        <source>Layout</source>
        <translation>레이아웃</translation>
    </message>
    <message>
        <source>There is no pack to paint with</source>
        <translation>그릴 수 있는 팩이 없습니다</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Layout</source>
        <translation>레이아웃</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>이미지</translation>
    </message>
    <message>
        <source>{title} (live is paused)</source>
        <translation>{title} (실시간 일시 정지)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>파일(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>편집(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Picture</source>
        <translation>그림(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
    <message>
        <source>E&amp;ngine</source>
        <translation>엔진(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Restart engine</source>
        <translation>엔진 다시 시작(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Shortcuts…</source>
        <translation>단축키(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Packs…</source>
        <translation>팩(&amp;P)…</translation>
    </message>
    <message>
        <source>the dropped picture</source>
        <translation>놓은 그림</translation>
    </message>
    <message>
        <source>&amp;Data sets</source>
        <translation>데이터 세트(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>실행 취소(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>다시 실행(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Keep what was filled in</source>
        <translation>채워진 부분 유지(&amp;K)</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>&amp;Clear layout</source>
        <translation>레이아웃 비우기(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Examples</source>
        <translation>예제(&amp;E)</translation>
    </message>
    <message>
        <source>Search a class</source>
        <translation>클래스 찾기</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>클래스</translation>
    </message>
    <message>
        <source>given</source>
        <translation>주어짐</translation>
    </message>
    <message>
        <source>generated</source>
        <translation>생성됨</translation>
    </message>
    <message>
        <source>redrawn within the outline</source>
        <translation>윤곽선 안을 다시 그림</translation>
    </message>
    <message>
        <source>hatched parts are generated</source>
        <translation>빗금 친 부분은 생성됨</translation>
    </message>
</context>
<context>
    <name>ModeBar</name>
    <message>
        <source>Layout → Image</source>
        <translation>레이아웃 → 이미지</translation>
    </message>
    <message>
        <source>Paint a layout; the image is made from it</source>
        <translation>레이아웃을 칠하면 이미지가 만들어집니다</translation>
    </message>
    <message>
        <source>Image → Layout</source>
        <translation>이미지 → 레이아웃</translation>
    </message>
    <message>
        <source>Open a photograph; its layout is found</source>
        <translation>사진을 열면 레이아웃을 찾아냅니다</translation>
    </message>
    <message>
        <source>Text → Both</source>
        <translation>텍스트 → 둘 다</translation>
    </message>
    <message>
        <source>Describe a picture; both halves are made</source>
        <translation>그림을 설명하면 두 절반이 모두 만들어집니다</translation>
    </message>
    <message>
        <source>Undo: {step}</source>
        <translation>실행 취소: {step}</translation>
    </message>
    <message>
        <source>Nothing to undo</source>
        <translation>실행 취소할 것이 없음</translation>
    </message>
    <message>
        <source>Redo: {step}</source>
        <translation>다시 실행: {step}</translation>
    </message>
    <message>
        <source>Nothing to redo</source>
        <translation>다시 실행할 것이 없음</translation>
    </message>
</context>
<context>
    <name>NoticeRow</name>
    <message>
        <source>Close this notice</source>
        <translation>알림 닫기</translation>
    </message>
    <message>
        <source>Details for a report</source>
        <translation>보고용 세부 정보</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>세부 정보</translation>
    </message>
</context>
<context>
    <name>PackCardWidget</name>
    <message>
        <source>In use</source>
        <translation>사용 중</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>사용</translation>
    </message>
    <message>
        <source>Use {pack}</source>
        <translation>{pack} 사용</translation>
    </message>
    <message>
        <source>An example layout</source>
        <translation>예제 레이아웃</translation>
    </message>
    <message numerus="yes">
        <source>%n class(es)</source>
        <translation>
            <numerusform>클래스 %n개</numerusform>
        </translation>
    </message>
    <message>
        <source>licence: {licence}</source>
        <translation>라이선스: {licence}</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>명시되지 않음</translation>
    </message>
    <message>
        <source>This pack is broken. {problem} Install it again, or remove its folder {folder}.</source>
        <translation>이 팩은 손상되었습니다. {problem} 다시 설치하거나 폴더 {folder}을(를) 삭제하세요.</translation>
    </message>
</context>
<context>
    <name>PackInstaller</name>
    <message>
        <source>Copying {file}…</source>
        <translation>{file} 복사 중…</translation>
    </message>
    <message>
        <source>Checking {pack}…</source>
        <translation>{pack} 확인 중…</translation>
    </message>
    <message>
        <source>“{name}” cannot be the name of a pack.</source>
        <translation>“{name}”은(는) 팩 이름으로 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>Names have letters, digits, dots and hyphens. Ask the author of the pack for another name.</source>
        <translation>이름에는 영문자, 숫자, 점, 하이픈만 쓸 수 있습니다. 팩 제작자에게 다른 이름을 요청하세요.</translation>
    </message>
    <message>
        <source>Nothing was installed. Download the pack again.</source>
        <translation>아무것도 설치하지 않았습니다. 팩을 다시 내려받으세요.</translation>
    </message>
    <message>
        <source>A pack “{name}” is installed already. It is kept unless you replace it.</source>
        <translation>“{name}” 팩이 이미 설치되어 있습니다. 바꾸지 않으면 그대로 유지됩니다.</translation>
    </message>
    <message>
        <source>This pack is broken: {problem}</source>
        <translation>이 팩은 손상되었습니다: {problem}</translation>
    </message>
    <message>
        <source>Replace it</source>
        <translation>바꾸기</translation>
    </message>
    <message>
        <source>{folder} cannot be written ({why}). The pack was not installed.</source>
        <translation>{folder}에 쓸 수 없습니다({why}). 팩을 설치하지 않았습니다.</translation>
    </message>
</context>
<context>
    <name>Packs</name>
    <message>
        <source>{file} cannot be read: {why}.</source>
        <translation>{file}을(를) 읽을 수 없습니다: {why}.</translation>
    </message>
    <message>
        <source>Download it again, or make room on the disk.</source>
        <translation>파일을 다시 내려받거나 디스크 공간을 확보하세요.</translation>
    </message>
    <message>
        <source>The zip file contains a path outside its folder (“{name}”).</source>
        <translation>압축 파일에 폴더 밖을 가리키는 경로가 있습니다(“{name}”).</translation>
    </message>
    <message>
        <source>Nothing was installed. Do not trust the source of this file.</source>
        <translation>아무것도 설치하지 않았습니다. 이 파일의 출처를 신뢰하지 마세요.</translation>
    </message>
    <message>
        <source>Choose the folder or the zip file that contains it.</source>
        <translation>이 파일이 들어 있는 폴더나 압축 파일을 선택하세요.</translation>
    </message>
    <message>
        <source>There is no pack in {file}: {head} is missing.</source>
        <translation>{file}에 팩이 없습니다: {head}이(가) 없습니다.</translation>
    </message>
</context>
<context>
    <name>PacksWindow</name>
    <message>
        <source>Packs</source>
        <translation>팩</translation>
    </message>
    <message>
        <source>Install from a folder…</source>
        <translation>폴더에서 설치…</translation>
    </message>
    <message>
        <source>Install from a zip…</source>
        <translation>ZIP에서 설치…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행률</translation>
    </message>
    <message>
        <source>Install a pack</source>
        <translation>팩 설치</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>사용</translation>
    </message>
    <message>
        <source>“{pack}” is installed.</source>
        <translation>“{pack}” 팩을 설치했습니다.</translation>
    </message>
</context>
<context>
    <name>PairGrid</name>
    <message>
        <source>Pairs</source>
        <translation>쌍</translation>
    </message>
</context>
<context>
    <name>PalettePanel</name>
    <message>
        <source>Search</source>
        <translation>찾기</translation>
    </message>
    <message>
        <source>Search classes</source>
        <translation>클래스 찾기</translation>
    </message>
    <message>
        <source>Colours that are easy to tell apart</source>
        <translation>구별하기 쉬운 색</translation>
    </message>
    <message>
        <source>Colours that are easy to tell apart, for every kind of colour vision; files keep the pack&apos;s own</source>
        <translation>색각 유형과 관계없이 구별하기 쉬운 색을 씁니다. 파일에는 팩의 색이 그대로 남습니다</translation>
    </message>
    <message>
        <source>No class of this name</source>
        <translation>이런 이름의 클래스가 없음</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>클래스</translation>
    </message>
</context>
<context>
    <name>PathField</name>
    <message>
        <source>Choose…</source>
        <translation>고르기…</translation>
    </message>
</context>
<context>
    <name>Pen</name>
    <message>
        <source>Stamp</source>
        <translation>도장 찍기</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>이동</translation>
    </message>
    <message>
        <source>Paint {thing}</source>
        <translation>{thing} 칠하기</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>Release</source>
        <translation>해제</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>선택</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>선택 해제</translation>
    </message>
</context>
<context>
    <name>PictureMenu</name>
    <message>
        <source>&amp;Generate</source>
        <translation>생성(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;4 variations</source>
        <translation>변형 4개(&amp;4)</translation>
    </message>
    <message>
        <source>Close &amp;variations</source>
        <translation>변형 닫기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>취소(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Denoising timeline…</source>
        <translation>노이즈 제거 과정(&amp;D)…</translation>
    </message>
    <message>
        <source>Layout → Image: generate a new image after every stroke</source>
        <translation>레이아웃 → 이미지: 획을 그을 때마다 새 이미지를 생성합니다</translation>
    </message>
    <message>
        <source>&amp;Live</source>
        <translation>실시간(&amp;L)</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>{file} cannot be written ({why}).</source>
        <translation>{file}을(를) 쓸 수 없습니다({why}).</translation>
    </message>
    <message>
        <source>Make room there, or your choices last only for this time.</source>
        <translation>공간을 확보하지 않으면 설정이 이번에만 유지됩니다.</translation>
    </message>
    <message>
        <source>{file} cannot be read: {why}. The studio goes on with its defaults.</source>
        <translation>{file}을(를) 읽을 수 없습니다: {why}. 기본값으로 계속합니다.</translation>
    </message>
</context>
<context>
    <name>Projects</name>
    <message>
        <source>The picture before was not saved. It is kept in File, Open recent.</source>
        <translation>이전 그림은 저장되지 않았습니다. 파일, 최근 파일 열기에 보관되어 있습니다.</translation>
    </message>
    <message>
        <source>Bring it back</source>
        <translation>되살리기</translation>
    </message>
    <message>
        <source>Open {file}</source>
        <translation>{file} 열기</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file}을(를) 저장했습니다.</translation>
    </message>
</context>
<context>
    <name>PromptPanel</name>
    <message>
        <source>Prompt</source>
        <translation>프롬프트</translation>
    </message>
    <message>
        <source>Describe the picture: {example}</source>
        <translation>그림을 영어로 설명하세요: {example}</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>The same seed and picture give the same result</source>
        <translation>시드와 그림이 같으면 결과도 같습니다</translation>
    </message>
    <message>
        <source>Another seed</source>
        <translation>다른 시드</translation>
    </message>
    <message>
        <source>Keep this seed when Generate is pressed</source>
        <translation>생성할 때 이 시드를 유지</translation>
    </message>
    <message>
        <source>Negative prompt, steps, sampler, guidance</source>
        <translation>네거티브 프롬프트, 단계, 샘플러, 가이던스</translation>
    </message>
    <message>
        <source>Negative prompt</source>
        <translation>네거티브 프롬프트</translation>
    </message>
    <message>
        <source>What should not be in the picture</source>
        <translation>그림에 없어야 할 것</translation>
    </message>
    <message>
        <source>Words that the pack does not know</source>
        <translation>팩이 모르는 단어</translation>
    </message>
    <message>
        <source>{pack} does not know {words}.</source>
        <translation>{pack} 팩은 {words}을(를) 모릅니다.</translation>
    </message>
    <message>
        <source>For “{word}”, try {others}.</source>
        <translation>“{word}” 대신 {others}을(를) 써 보세요.</translation>
    </message>
    <message>
        <source>“{word}”</source>
        <translation>“{word}”</translation>
    </message>
</context>
<context>
    <name>Requests</name>
    <message>
        <source>There is nothing to draw from yet. Paint on the layout, or describe the picture.</source>
        <translation>아직 그릴 바탕이 없습니다. 레이아웃에 칠하거나 그림을 설명하세요.</translation>
    </message>
    <message>
        <source>There is no image yet. Open or drop a photograph on the right half.</source>
        <translation>아직 이미지가 없습니다. 사진을 열거나 오른쪽 절반에 놓으세요.</translation>
    </message>
    <message>
        <source>{file} asks for guides that a file may not bring, and they were left out: {guides}. Who wants one passes it to diptych-engine sample.</source>
        <translation>{file}에 파일로는 가져올 수 없는 가이드가 있어 제외했습니다: {guides}. 필요하면 diptych-engine sample에 직접 지정하세요.</translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message>
        <source>A result was deleted from the history.</source>
        <translation>결과 하나를 내역에서 삭제했습니다.</translation>
    </message>
    <message>
        <source>Put it back</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>Samplers</name>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>As the pack draws best: in all its steps, and in few while you paint.</source>
        <translation>팩이 가장 잘 그리는 방식: 보통은 모든 단계로, 칠하는 동안에는 적은 단계로.</translation>
    </message>
    <message>
        <source>Predicts and corrects: good pictures in the fewest steps.</source>
        <translation>예측하고 보정합니다. 가장 적은 단계로 좋은 그림을 얻습니다.</translation>
    </message>
    <message>
        <source>Looks back one step: fine pictures in few steps.</source>
        <translation>한 단계 전을 참고합니다. 적은 단계로 섬세한 그림을 얻습니다.</translation>
    </message>
    <message>
        <source>Plain and steady: more steps, finer pictures.</source>
        <translation>단순하고 안정적입니다. 단계를 늘릴수록 섬세해집니다.</translation>
    </message>
    <message>
        <source>DDIM, ancestral</source>
        <translation>DDIM, 확률적</translation>
    </message>
    <message>
        <source>New noise at each step: livelier, slower.</source>
        <translation>단계마다 새 노이즈를 더합니다. 더 생생하지만 느립니다.</translation>
    </message>
    <message>
        <source>Looks twice at each step: exact, and takes twice as long.</source>
        <translation>단계마다 두 번 계산합니다. 정확하지만 두 배로 오래 걸립니다.</translation>
    </message>
    <message>
        <source>As it was trained, with much noise: 50 steps and more.</source>
        <translation>학습한 방식 그대로, 노이즈가 많습니다. 50단계 이상.</translation>
    </message>
    <message>
        <source>DDPM, wide</source>
        <translation>DDPM, 넓게</translation>
    </message>
    <message>
        <source>With the most noise: 100 steps and more.</source>
        <translation>노이즈가 가장 많습니다. 100단계 이상.</translation>
    </message>
    <message>
        <source>The plainest rule with noise, to study: 100 steps and more.</source>
        <translation>노이즈를 쓰는 가장 단순한 방법, 연구용입니다. 100단계 이상.</translation>
    </message>
    <message>
        <source>Distilled</source>
        <translation>증류</translation>
    </message>
    <message>
        <source>The network that draws while you paint: four steps, its guidance is built in.</source>
        <translation>칠하는 동안 그리는 네트워크: 네 단계이며 가이던스가 내장되어 있습니다.</translation>
    </message>
    <message>
        <source>The published process, to compare with: slow.</source>
        <translation>비교를 위한 논문의 방법입니다. 느립니다.</translation>
    </message>
    <message>
        <source>GCDP, as coded</source>
        <translation>GCDP, 공개 코드 그대로</translation>
    </message>
    <message>
        <source>The published process with the noise of its code, to compare with.</source>
        <translation>비교를 위한, 공개 코드의 노이즈를 쓰는 논문의 방법입니다.</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Paint a {thing}: the image follows every stroke.</source>
        <translation>“{thing}”을(를) 칠해 보세요. 획마다 이미지가 따라옵니다.</translation>
    </message>
    <message>
        <source>Paint a {thing} on the road: the image follows every stroke.</source>
        <translation>도로 위에 “{thing}”을(를) 칠해 보세요. 획마다 이미지가 따라옵니다.</translation>
    </message>
</context>
<context>
    <name>ShortcutsWindow</name>
    <message>
        <source>Shortcuts</source>
        <translation>단축키</translation>
    </message>
    <message>
        <source>Search a command or a key</source>
        <translation>명령이나 키 찾기</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>찾기</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>명령과 단축키</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>새 키</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>지정</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>초기화</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>모두 초기화</translation>
    </message>
    <message>
        <source>{key} belongs to “{other}”. “Set” takes it from there.</source>
        <translation>{key}은(는) “{other}”에 지정되어 있습니다. “지정”을 누르면 옮겨집니다.</translation>
    </message>
    <message>
        <source>Press a key, or “Set” without one to take the key away.</source>
        <translation>키를 누르세요. 키 없이 “지정”을 누르면 단축키가 없어집니다.</translation>
    </message>
    <message>
        <source>Press another key for “{command}”.</source>
        <translation>“{command}”에 쓸 다른 키를 누르세요.</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Progress</source>
        <translation>진행률</translation>
    </message>
    <message>
        <source>No pack</source>
        <translation>팩 없음</translation>
    </message>
    <message>
        <source>Engine is starting…</source>
        <translation>엔진 시작 중…</translation>
    </message>
    <message>
        <source>Engine is stopped</source>
        <translation>엔진이 멈춤</translation>
    </message>
    <message>
        <source>Live is paused while the window is hidden</source>
        <translation>창이 가려진 동안 실시간 생성을 멈춥니다</translation>
    </message>
    <message>
        <source>Drawing the detail…</source>
        <translation>세부를 그리는 중…</translation>
    </message>
    <message>
        <source>Ready · {device}</source>
        <translation>준비됨 · {device}</translation>
    </message>
    <message>
        <source>Generating…</source>
        <translation>생성 중…</translation>
    </message>
    <message>
        <source>Step {step} of {total} · {seconds} s left</source>
        <translation>{total}단계 중 {step}단계 · {seconds}초 남음</translation>
    </message>
</context>
<context>
    <name>Storage</name>
    <message>
        <source>The last picture cannot be restored: {why}</source>
        <translation>마지막 그림을 되살릴 수 없습니다: {why}</translation>
    </message>
    <message>
        <source>Its files are kept in {folder}; send them with a report, or remove them.</source>
        <translation>파일은 {folder}에 보관되어 있습니다. 보고할 때 함께 보내거나 지우세요.</translation>
    </message>
    <message>
        <source>Make room on the disk.</source>
        <translation>디스크 공간을 확보하세요.</translation>
    </message>
</context>
<context>
    <name>Studio</name>
    <message>
        <source>The picture cannot be kept for the next start. {why} Save both halves elsewhere, then close.</source>
        <translation>다음 실행을 위해 그림을 보관할 수 없습니다. {why} 두 절반을 다른 곳에 저장한 후 닫으세요.</translation>
    </message>
    <message>
        <source>The pack “{pack}” cannot be used: {why} “{shipped}” is opened in its place.</source>
        <translation>“{pack}” 팩을 사용할 수 없습니다: {why} 대신 “{shipped}” 팩을 열었습니다.</translation>
    </message>
</context>
<context>
    <name>Tasks</name>
    <message>
        <source>An unexpected error occurred ({error}). Your picture is kept. Please report the details.</source>
        <translation>예기치 않은 오류가 발생했습니다({error}). 그림은 그대로 유지됩니다. 자세한 내용을 신고해 주세요.</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>There is no result to look at step by step. Generate one first.</source>
        <translation>단계별로 볼 결과가 없습니다. 먼저 생성하세요.</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file}을(를) 저장했습니다.</translation>
    </message>
</context>
<context>
    <name>TimelineWindow</name>
    <message>
        <source>Expected layout, y_0</source>
        <translation>예상 레이아웃, y_0</translation>
    </message>
    <message>
        <source>Expected image, x_0</source>
        <translation>예상 이미지, x_0</translation>
    </message>
    <message>
        <source>Denoising timeline</source>
        <translation>노이즈 제거 과정</translation>
    </message>
    <message>
        <source>Noisy layout, y_t</source>
        <translation>노이즈 낀 레이아웃, y_t</translation>
    </message>
    <message>
        <source>Noisy image, x_t</source>
        <translation>노이즈 낀 이미지, x_t</translation>
    </message>
    <message>
        <source>Clock of the layout</source>
        <translation>레이아웃의 시계</translation>
    </message>
    <message>
        <source>Clock of the image</source>
        <translation>이미지의 시계</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>재생</translation>
    </message>
    <message>
        <source>Make the steps again</source>
        <translation>단계 다시 만들기</translation>
    </message>
    <message>
        <source>Save GIF…</source>
        <translation>GIF 저장…</translation>
    </message>
    <message>
        <source>Save frames…</source>
        <translation>프레임 저장…</translation>
    </message>
    <message>
        <source>Save GIF</source>
        <translation>GIF 저장</translation>
    </message>
    <message>
        <source>Save frames</source>
        <translation>프레임 저장</translation>
    </message>
    <message>
        <source>{step} of {count}</source>
        <translation>{count}개 중 {step}</translation>
    </message>
</context>
<context>
    <name>ToolCommands</name>
    <message>
        <source>Tools</source>
        <translation>도구</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>브러시</translation>
    </message>
    <message>
        <source>Paint freehand; Shift and drag changes its size</source>
        <translation>자유롭게 칠합니다. Shift를 누르고 끌면 크기가 바뀝니다</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>선</translation>
    </message>
    <message>
        <source>A straight line; Shift keeps it to steps of 15°</source>
        <translation>직선을 긋습니다. Shift를 누르면 15° 단위로 맞춥니다</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>사각형</translation>
    </message>
    <message>
        <source>A filled rectangle; Shift makes it a square</source>
        <translation>채운 사각형을 그립니다. Shift를 누르면 정사각형이 됩니다</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>올가미</translation>
    </message>
    <message>
        <source>All that a freehand line goes around</source>
        <translation>자유롭게 두른 선 안쪽 전체</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>다각형</translation>
    </message>
    <message>
        <source>Corner by corner; Enter or the first corner closes it</source>
        <translation>꼭짓점을 하나씩 찍습니다. Enter나 첫 꼭짓점으로 닫습니다</translation>
    </message>
    <message>
        <source>Fill</source>
        <translation>채우기</translation>
    </message>
    <message>
        <source>All of one class that hangs together</source>
        <translation>이어져 있는 같은 클래스 전체</translation>
    </message>
    <message>
        <source>Pick a class</source>
        <translation>클래스 추출</translation>
    </message>
    <message>
        <source>Choose the class under the pen; Alt does so with any tool</source>
        <translation>펜 아래의 클래스를 고릅니다. 어느 도구에서나 Alt로 할 수 있습니다</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>이동</translation>
    </message>
    <message>
        <source>Move the selection, or the thing under the pen; Alt leaves a copy</source>
        <translation>선택 영역이나 펜 아래의 물체를 옮깁니다. Alt를 누르면 복사본이 남습니다</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>칠하기</translation>
    </message>
    <message>
        <source>Tools paint the chosen class</source>
        <translation>도구가 고른 클래스를 칠합니다</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>지우개</translation>
    </message>
    <message>
        <source>Tools erase to unknown, which the engine fills</source>
        <translation>도구가 지운 곳은 ‘알 수 없음’이 되고 엔진이 채웁니다</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>선택</translation>
    </message>
    <message>
        <source>Tools select; Shift adds, Alt takes away, both intersect</source>
        <translation>도구로 선택합니다. Shift는 더하고 Alt는 빼며 함께 누르면 겹친 곳만 남습니다</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>Tools lock what must not change, in the half they are used on</source>
        <translation>도구를 쓰는 절반에서 바뀌면 안 되는 곳을 잠급니다</translation>
    </message>
    <message>
        <source>Release</source>
        <translation>해제</translation>
    </message>
    <message>
        <source>Tools free what is to be made anew, in that half</source>
        <translation>그 절반에서 새로 만들 곳의 잠금을 풉니다</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>브러시 작게</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>브러시 크게</translation>
    </message>
    <message>
        <source>Back to the class before</source>
        <translation>이전 클래스로</translation>
    </message>
    <message>
        <source>Next symmetry</source>
        <translation>다음 대칭</translation>
    </message>
    <message>
        <source>Steady hand</source>
        <translation>손떨림 보정</translation>
    </message>
    <message>
        <source>Steady hand: the brush follows the pen with a delay and evens out its way</source>
        <translation>손떨림 보정: 브러시가 펜을 천천히 따라가며 선을 고르게 합니다</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>선택 영역</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>모두 선택(&amp;A)</translation>
    </message>
    <message>
        <source>Select &amp;nothing</source>
        <translation>선택 해제(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Invert the selection</source>
        <translation>선택 반전(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Erase what is selected</source>
        <translation>선택한 곳 지우기(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Redraw only what is selected</source>
        <translation>선택한 곳만 다시 그리기(&amp;R)</translation>
    </message>
    <message>
        <source>Keep the whole i&amp;mage</source>
        <translation>이미지 전체 유지(&amp;M)</translation>
    </message>
    <message>
        <source>Keep &amp;nothing of the image</source>
        <translation>이미지 유지 모두 해제(&amp;N)</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>모두 선택</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>선택 해제</translation>
    </message>
    <message>
        <source>Invert the selection</source>
        <translation>선택 반전</translation>
    </message>
</context>
<context>
    <name>ToolOptions</name>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Brush size</source>
        <translation>브러시 크기</translation>
    </message>
    <message>
        <source>Brush size in pixels of the picture ( [ and ] )</source>
        <translation>브러시 크기(그림 픽셀, [ 와 ] )</translation>
    </message>
    <message>
        <source>Close gaps</source>
        <translation>틈 막기</translation>
    </message>
    <message>
        <source>A fill does not run out through openings as narrow as this, in pixels</source>
        <translation>이만큼 좁은 틈으로는 채우기가 새어 나가지 않습니다(픽셀)</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>레이아웃</translation>
    </message>
    <message>
        <source>Opacity of the layout</source>
        <translation>레이아웃 불투명도</translation>
    </message>
    <message>
        <source>No symmetry</source>
        <translation>대칭 없음</translation>
    </message>
    <message>
        <source>Left and right</source>
        <translation>좌우</translation>
    </message>
    <message>
        <source>Top and bottom</source>
        <translation>상하</translation>
    </message>
    <message>
        <source>All four corners</source>
        <translation>네 모서리</translation>
    </message>
    <message>
        <source>Symmetry</source>
        <translation>대칭</translation>
    </message>
    <message>
        <source>Everything is done once more, mirrored in the middle of the picture</source>
        <translation>그림 가운데를 기준으로 대칭되게 한 번 더 그립니다</translation>
    </message>
</context>
<context>
    <name>VariationTile</name>
    <message>
        <source>Variation {number}</source>
        <translation>변형 {number}</translation>
    </message>
    <message>
        <source>Make this the picture</source>
        <translation>이것을 그림으로</translation>
    </message>
</context>
<context>
    <name>ViewMenu</name>
    <message>
        <source>Show the &amp;whole picture</source>
        <translation>전체 그림 보기(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation>실제 크기(&amp;A)</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>확대(&amp;I)</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>축소(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Results</source>
        <translation>결과(&amp;R)</translation>
    </message>
    <message>
        <source>O&amp;verlay</source>
        <translation>겹쳐 보기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;History</source>
        <translation>작업 내역(&amp;H)</translation>
    </message>
    <message>
        <source>Ar&amp;eas</source>
        <translation>면적(&amp;E)</translation>
    </message>
    <message>
        <source>Draw and show each result at the pack&apos;s full size, a moment after it appears</source>
        <translation>결과가 나타난 직후 팩의 전체 크기로 그려서 보여 줍니다</translation>
    </message>
    <message>
        <source>&amp;Full size</source>
        <translation>전체 크기(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation>시스템 설정(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>밝게(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>어둡게(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>테마(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>언어(&amp;L)</translation>
    </message>
</context>
<context>
    <name>_FilmstripModel</name>
    <message>
        <source>favourite</source>
        <translation>즐겨찾기</translation>
    </message>
    <message>
        <source>result of {time}</source>
        <translation>{time}의 결과</translation>
    </message>
</context>
<context>
    <name>_PairDelegate</name>
    <message>
        <source>damaged</source>
        <translation>손상됨</translation>
    </message>
</context>
<context>
    <name>_PairModel</name>
    <message>
        <source>Pair {name}</source>
        <translation>쌍 {name}</translation>
    </message>
</context>
</TS>
